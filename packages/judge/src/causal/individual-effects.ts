import { chiSquareUpper } from '../distributions/chi-square.ts';
import type { DoublyRobustEffect, Predictions } from './doubly-robust.ts';
import { type Effect, effect } from './effect.ts';
import { type Learner, linear } from './learners.ts';
import { armsOf, type CausalRefusal, checkStudy, refuse, type Study } from './study.ts';

/** What the treatment does to each unit, as predicted. */
export interface IndividualEffects {
  readonly refused?: never;
  /** Predicted difference a unit, treated minus control. */
  readonly effects: Float64Array;
  readonly predictions: Predictions;
}

/** T-learner: one learner for each arm, each predicting everybody (Künzel et al. 2019). */
export function tLearner(study: Study, learner: Learner = linear): IndividualEffects | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const arms = armsOf(study.treated);
  const control = learner(study.causes, study.outcome, arms.control);
  const treated = learner(study.causes, study.outcome, arms.treated);
  return { effects: treated.map((m1, i) => m1 - (control[i] ?? 0)), predictions: { control, treated } };
}

/** S-learner: one learner for both arms with the treatment among the causes; under least squares one effect for all. */
export function sLearner(study: Study, learner: Learner = linear): IndividualEffects | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const n = study.treated.length;
  // Each unit twice more after the real rows, once in either arm: predicted, never learned from.
  const thrice = (values: Float64Array) => Float64Array.from({ length: 3 * n }, (_, i) => values[i % n] ?? 0);
  const treatment = Float64Array.from({ length: 3 * n }, (_, i) =>
    i < n ? (study.treated[i] ?? 0) : i < 2 * n ? 0 : 1,
  );
  const causes = study.causes.map(({ name, values }) => ({ name, values: thrice(values) }));
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  const fitted = learner(
    [{ name: '(treatment)', values: treatment }, ...causes],
    thrice(study.outcome),
    rows,
  );
  const [control, treated] = [fitted.subarray(n, 2 * n), fitted.subarray(2 * n)];
  return { effects: treated.map((m1, i) => m1 - (control[i] ?? 0)), predictions: { control, treated } };
}

/** Root mean squared error against known individual effects: the precision in estimating heterogeneous effects. */
export function pehe(effects: Float64Array, truth: Float64Array): number {
  return Math.sqrt(effects.reduce((sum, e, i) => sum + (e - (truth[i] ?? 0)) ** 2, 0) / effects.length);
}

/** The ATT in each level of a dimension. */
export interface DimensionEffects {
  readonly refused?: never;
  readonly levels: readonly (Effect & { readonly level: string; readonly treated: number })[];
  /** Levels with fewer than two units in an arm, or whose units all do the same: they have no estimate or no error. */
  readonly leftOut: readonly string[];
  /** Cochran's Q over the levels: whether they differ at all. */
  readonly heterogeneity: { readonly q: number; readonly df: number; readonly p: number };
}

/**
 * Individual effects aggregated to the ATT of each level of a dimension, through doubly-robust scores rather than by
 * averaging predictions, so that the learner's bias is corrected and each level has an honest standard error
 * (Chernozhukov et al. 2018; Semenova & Chernozhukov 2021). `robust` must be an ATT over the same study.
 */
export function attByDimension(
  study: Study,
  robust: DoublyRobustEffect,
  dimension: readonly string[],
): DimensionEffects | CausalRefusal {
  if (robust.estimand !== 'ATT')
    return refuse('BAD_TREATMENT', 'levels are aggregated from scores of the ATT, not of the ATE');
  const rowsOf = new Map<string, number[]>();
  for (const [row, level] of dimension.entries()) {
    const rows = rowsOf.get(level);
    if (rows) rows.push(row);
    else rowsOf.set(level, [row]);
  }
  const levels: DimensionEffects['levels'][number][] = [];
  const leftOut: string[] = [];
  for (const [level, rows] of [...rowsOf].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const treated = rows.filter((row) => study.treated[row] === 1).length;
    if (treated < 2 || rows.length - treated < 2) {
      leftOut.push(level);
      continue;
    }
    const estimate = rows.reduce((sum, row) => sum + (robust.scores[row] ?? 0), 0) / treated;
    const squares = rows.reduce((sum, row) => {
      return sum + ((robust.scores[row] ?? 0) - (study.treated[row] ?? 0) * estimate) ** 2;
    }, 0);
    if (squares === 0) {
      leftOut.push(level);
      continue;
    }
    const effective = { treated, control: rows.length - treated };
    const base = effect('doubly-robust', 'ATT', estimate, Math.sqrt(squares) / treated, effective);
    levels.push({ ...base, level, treated });
  }
  if (levels.length === 0) return refuse('ARM_TOO_SMALL', 'no level has two units in either arm');
  const weights = levels.map(({ standardError }) => 1 / standardError ** 2);
  const sum = weights.reduce((a, b) => a + b, 0);
  const pooled = levels.reduce((total, { estimate }, i) => total + (weights[i] ?? 0) * estimate, 0) / sum;
  const q = levels.reduce(
    (total, { estimate }, i) => total + (weights[i] ?? 0) * (estimate - pooled) ** 2,
    0,
  );
  const df = levels.length - 1;
  return { levels, leftOut, heterogeneity: { q, df, p: df === 0 ? 1 : chiSquareUpper(q, df) } };
}
