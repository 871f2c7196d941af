import { accepted } from '../accepted.suite.ts';
import { cochranMantelHaenszel, type TwoByTwo } from '../fixed/contingency.ts';
import { cochranQ } from '../fixed/heterogeneity.ts';
import { interaction } from '../fixed/interaction.ts';
import { adjustPValues } from '../fixed/multiplicity.ts';
import { welch } from '../fixed/welch.ts';
import { momentsOf } from '../metrics/moments.ts';
import { levelsOf, list, tableOf, text } from './case-inputs.suite.ts';
import { numbersOf, type OracleCase, type OracleRegistry, rowsWhere } from './oracle.suite.ts';

function heterogeneityCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const table = tableOf(one);
  const by = text(inputs.by);
  const levels = levelsOf(table, by);
  const slices = levels.map((level) => {
    const inside = new Set(rowsWhere(table, `${by}==${level}`));
    const of = (condition: unknown) =>
      momentsOf(
        numbersOf(
          table,
          text(inputs.outcome),
          rowsWhere(table, text(condition)).filter((row) => inside.has(row)),
        ),
      );
    const arms = { treatment: of(inputs.treatment), control: of(inputs.control) };
    return { arms, effect: accepted(welch(arms)) };
  });
  const result = accepted(cochranQ(slices.map(({ effect }) => effect)));
  return {
    levels: levels.map((level) => (Number.isFinite(Number(level)) ? Number(level) : level)),
    estimates: slices.map(({ effect }) => effect.estimate),
    ses: slices.map(({ effect }) => effect.standardError),
    n_t: slices.map(({ arms }) => arms.treatment.n),
    n_c: slices.map(({ arms }) => arms.control.n),
    fixed_effect: result.combined.estimate,
    fixed_se: result.combined.standardError,
    Q: result.q,
    df: result.degreesOfFreedom,
    p: result.p,
    I2: result.iSquared,
  };
}

function interactionCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const table = tableOf(one);
  const t = rowsWhere(table, text(inputs.treatment));
  const c = rowsWhere(table, text(inputs.control));
  const rows = [...t, ...c];
  const result = accepted(
    interaction({
      outcome: numbersOf(table, text(inputs.outcome), rows),
      treated: Float64Array.from(rows, (_, i) => (i < t.length ? 1 : 0)),
      modifier: numbersOf(table, text(inputs.modifier), rows),
    }),
  );
  const { coefficients, standardErrors } = result;
  const modifier = text(inputs.modifier);
  return {
    coef: {
      '(Intercept)': coefficients.intercept,
      t: coefficients.treatment,
      [modifier]: coefficients.modifier,
      [`t:${modifier}`]: coefficients.interaction,
    },
    interaction: coefficients.interaction,
    se_ols: standardErrors.classical,
    se_hc1: standardErrors.hc1,
    se_hc2: standardErrors.hc2,
    p_hc2_t: result.p,
  };
}

function mantelHaenszelCase(one: OracleCase): Record<string, unknown> {
  const table = tableOf(one);
  const strata = text(one.inputs.strata);
  const [rows = '', columns = ''] = [...table.keys()].filter((name) => name !== strata && name !== 'Freq');
  const firstOf = (name: string) => table.get(name)?.[0];
  const tables = levelsOf(table, strata).map((level): TwoByTwo => {
    const cells = [0, 0, 0, 0];
    for (const row of rowsWhere(table, `${strata}==${level}`)) {
      const down = table.get(rows)?.[row] === firstOf(rows) ? 0 : 2;
      const across = table.get(columns)?.[row] === firstOf(columns) ? 0 : 1;
      cells[down + across] = (cells[down + across] ?? 0) + Number(table.get('Freq')?.[row] ?? 1);
    }
    return cells as unknown as TwoByTwo;
  });
  const result = accepted(cochranMantelHaenszel(tables));
  return {
    chi2: result.chiSquare,
    p: result.p,
    chi2_cc: result.corrected.chiSquare,
    p_cc: result.corrected.p,
    common_or: result.oddsRatio,
    ci95: [result.low, result.high],
  };
}

/** Kinds of cases that methods over slices answer. */
export const oracles: OracleRegistry = {
  heterogeneity_cochran_q: heterogeneityCase,
  ols_interaction_hc: interactionCase,
  cochran_mantel_haenszel: mantelHaenszelCase,
  multiple_testing: ({ inputs }) => {
    const adjusted = (method: Parameters<typeof adjustPValues>[1]) => {
      const all = accepted(adjustPValues(list(inputs.p), method)).adjusted;
      return Array.isArray(inputs.p) ? all : all[0];
    };
    return {
      bonferroni: adjusted('bonferroni'),
      holm: adjusted('holm'),
      hochberg: adjusted('hochberg'),
      hommel: adjusted('hommel'),
      BH: adjusted('bh'),
      BY: adjusted('by'),
    };
  },
};
