import { normalTwoSided } from '../fixed/comparison.ts';
import { momentsOf, varianceOf } from '../metrics/moments.ts';
import { spentAlpha } from '../sequential/alpha-spending.ts';
import { asymptoticSequence } from '../sequential/asymptotic-sequence.ts';
import { classicalBounds, spendingBounds } from '../sequential/group-sequential.ts';
import { advanceMsprt, msprtStart } from '../sequential/msprt.ts';
import { advanceSequentialSrm, startSequentialSrm } from '../sequential/sequential-srm.ts';
import {
  allRows,
  numbersOf,
  type OracleCase,
  type OracleRegistry,
  oracleTable,
  rowsWhere,
  type Table,
} from './oracle.suite.ts';

/** Rows in the order a case asks for: by a column that it names, else as in the file. */
function inOrder(table: Table, order: string, rows: readonly number[]): readonly number[] {
  const column = /sorted by integer (\w+)|(\w+) ascending/.exec(order);
  const name = column?.[1] ?? column?.[2];
  if (name === undefined) return rows;
  const keys = numbersOf(table, name, allRows(table));
  return [...rows].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
}

function looksCase({ inputs, options }: OracleCase): Record<string, unknown> {
  const table = oracleTable(String(inputs.dataset));
  const of = (condition: unknown) =>
    numbersOf(
      table,
      String(inputs.outcome),
      inOrder(table, String(inputs.order), rowsWhere(table, String(condition))),
    );
  const t = of(inputs.treatment);
  const c = of(inputs.control);
  const alpha = Number(options.alpha);
  const tau = Number(options.tau);
  let state = msprtStart;
  const looks = Array.from({ length: 10 }, (_, i) => {
    const treatment = momentsOf(t.subarray(0, Math.floor(((i + 1) * t.length) / 10)));
    const control = momentsOf(c.subarray(0, Math.floor(((i + 1) * c.length) / 10)));
    const estimate = treatment.mean - control.mean;
    const variance = varianceOf(treatment) / treatment.n + varianceOf(control) / control.n;
    const next = advanceMsprt(state, { estimate, variance }, { tau, alpha });
    state = next.state;
    const asymptotic = asymptoticSequence(
      { estimate, variance, count: treatment.n + control.n },
      alpha,
      Number(options.acs_N_star),
    );
    const z = estimate / Math.sqrt(variance);
    return {
      n_c: control.n,
      n_t: treatment.n,
      mean_c: control.mean,
      mean_t: treatment.mean,
      var_c: varianceOf(control),
      var_t: varianceOf(treatment),
      estimate,
      se: Math.sqrt(variance),
      fixed_z: z,
      fixed_p: normalTwoSided(z),
      msprt_lambda: Math.exp(next.look.logEvidence),
      msprt_p: next.look.p,
      msprt_ci_half: next.look.halfWidth,
      acs_half: asymptotic.halfWidth,
      acs_ci: [asymptotic.low, asymptotic.high],
      acs_p: asymptotic.p,
    };
  });
  return { looks };
}

function srmCase({ inputs, options }: OracleCase): Record<string, unknown> {
  const table = oracleTable(String(inputs.dataset));
  const order = inOrder(table, String(inputs.order), allRows(table));
  const named = typeof inputs.group === 'string' ? inputs.group : undefined;
  const column = named ?? ['test_version', 'segment', 'treat'].find((name) => table.has(name)) ?? '';
  const groups = table.get(column) ?? [];
  const arms = [...new Set(groups)].sort();
  const weights = inputs.theta0 as number[];
  let state = startSequentialSrm(arms.length);
  const looks = Array.from({ length: 10 }, (_, i) => {
    const from = Math.floor((i * order.length) / 10);
    const to = Math.floor(((i + 1) * order.length) / 10);
    const seen = order.slice(from, to);
    const counts = arms.map((arm) => seen.filter((row) => groups[row] === arm).length);
    const next = advanceSequentialSrm(state, counts, {
      weights,
      concentration: Number(options.concentration),
    });
    if (next.refused) throw new Error(next.missing);
    state = next.state;
    return { counts: state.counts, log_e: next.logEvidence, p: next.p };
  });
  return { looks };
}

/** Kinds of cases that sequential inference answers. */
export const oracles: OracleRegistry = {
  sequential_msprt_acs: looksCase,
  sequential_srm: srmCase,
  group_sequential_bounds: ({ inputs }) => {
    const sides = inputs.sides === 1 ? 1 : 2;
    const plan = (kind: 'pocock' | 'obrien-fleming') =>
      classicalBounds(kind, Number(inputs.looks), Number(inputs.alpha), sides);
    const fleming = plan('obrien-fleming');
    return {
      pocock_c: plan('pocock').constant,
      obrien_fleming_c: fleming.constant,
      obf_z: fleming.bounds,
    };
  },
  alpha_spending_bounds: ({ inputs }) => {
    const fractions = inputs.info_fractions as number[];
    const shared = { alpha: Number(inputs.alpha), sides: inputs.sides === 1 ? 1 : 2 } as const;
    const bounds = (kind: 'pocock' | 'obrien-fleming') => {
      const plan = spendingBounds(fractions, { kind, ...shared });
      if (plan.refused) throw new Error(plan.missing);
      return plan.bounds;
    };
    return {
      obf_type_z: bounds('obrien-fleming'),
      pocock_type_z: bounds('pocock'),
      obf_type_cum_alpha: fractions.map((part) => spentAlpha({ kind: 'obrien-fleming', ...shared }, part)),
    };
  },
};
