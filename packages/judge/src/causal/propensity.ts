import { Matrix } from 'ml-matrix';
import {
  crossWith,
  type Design,
  designOf,
  dot,
  gram,
  predictDesign,
  solveSymmetric,
  unscale,
} from './design.ts';
import { type CausalRefusal, checkStudy, refuse, type Study } from './study.ts';

/** Each unit's probability of treatment, and the model that said so where it was estimated. */
export interface Propensity {
  readonly refused?: never;
  /** Strictly between 0 and 1. */
  readonly scores: Float64Array;
  /** The linear predictor ln(e/(1 − e)). */
  readonly logits: Float64Array;
  /** Absent where propensities were assigned, and so known. */
  readonly model?: PropensityModel;
}

/** A logistic regression of treatment on the causes. */
export interface PropensityModel {
  /** In the causes' own units, `(Intercept)` first. */
  readonly coefficients: ReadonlyMap<string, number>;
  readonly standardErrors: ReadonlyMap<string, number>;
  readonly deviance: number;
  readonly iterations: number;
  /** Columns left out as constant or dependent on earlier ones. */
  readonly dropped: readonly string[];
  /** The standardised columns and the inverse information, for errors that know the propensity was estimated. */
  readonly design: Design;
  readonly inverseInformation: Matrix;
}

/**
 * Logistic regression by iteratively reweighted least squares (Nelder & Wedderburn 1972), to convergence of the
 * deviance at 1e-13. Refuses causes that predict treatment perfectly: then no unit has a counterpart in the other arm.
 */
export function fitPropensity(study: Study): Propensity | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const n = study.treated.length;
  const design = designOf(
    study.causes,
    Int32Array.from({ length: n }, (_, row) => row),
  );
  const size = design.columns.length + 1;
  if (size >= n) return refuse('TOO_MANY_CAUSES', `${size} coefficients cannot be estimated from ${n} units`);

  const share = study.treated.reduce((sum, t) => sum + t, 0) / n;
  let beta = [Math.log(share / (1 - share)), ...new Array<number>(size - 1).fill(0)];
  let logits = predictDesign(design, beta);
  let deviance = devianceOf(study.treated, logits);
  let inverse = Matrix.zeros(size, size);
  for (let iteration = 1; iteration <= 100; iteration++) {
    const scores = logits.map(expit);
    const information = gram(
      design,
      scores.map((e) => e * (1 - e)),
    );
    const solved = solveSymmetric(information, Matrix.eye(size));
    if (!solved) return separated(design, beta);
    inverse = solved;
    const score = crossWith(
      design,
      scores.map((e, i) => (study.treated[i] ?? 0) - e),
    );
    const step = inverse.mmul(Matrix.columnVector(score)).to1DArray();
    const next = stepDown(study.treated, design, beta, step, deviance);
    const settled = Math.abs(deviance - next.deviance) <= 1e-13 * (next.deviance + 0.1);
    ({ beta, logits, deviance } = next);
    // A deviance near 0 means that some combination of the causes tells the arms apart without error.
    if (deviance < 1e-6 * n) return separated(design, beta);
    if (settled) {
      const { coefficients, standardErrors } = unscale(design, beta, inverse);
      const model = {
        coefficients,
        standardErrors,
        deviance,
        iterations: iteration,
        dropped: design.dropped,
        design,
      };
      return {
        scores: logits.map(expit),
        logits,
        model: { ...model, inverseInformation: inverse },
      };
    }
  }
  return separated(design, beta);
}

/** Takes propensities as they were assigned by whoever treated: read, never estimated. */
export function assignedPropensity(scores: Float64Array): Propensity | CausalRefusal {
  const row = scores.findIndex((e) => !(e > 0 && e < 1));
  if (row >= 0) {
    const missing = `the assigned propensity of unit ${row + 1} is ${scores[row]}: it must lie strictly between 0 and 1`;
    return refuse('BAD_PROPENSITY', missing);
  }
  return { scores, logits: scores.map((e) => Math.log(e / (1 - e))) };
}

/** Area under the ROC curve: how often a treated unit scores above a control, ties counting half. */
export function concordance(scores: Float64Array, treated: Uint8Array): number {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end++;
    for (const row of order.slice(start, end)) {
      if (treated[row] !== 1) continue;
      positives++;
      rankSum += (start + 1 + end) / 2;
    }
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

/** Newton's step, halved while it would raise the deviance. */
function stepDown(
  treated: Uint8Array,
  design: Design,
  beta: readonly number[],
  step: readonly number[],
  deviance: number,
): { beta: number[]; logits: Float64Array; deviance: number } {
  for (let scale = 1; ; scale /= 2) {
    const tried = beta.map((b, j) => b + scale * (step[j] ?? 0));
    const logits = predictDesign(design, tried);
    const reached = devianceOf(treated, logits);
    if (reached <= deviance * (1 + 1e-12) || scale < 1e-6) return { beta: tried, logits, deviance: reached };
  }
}

function devianceOf(treated: Uint8Array, logits: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const against = treated[i] === 1 ? -(logits[i] ?? 0) : (logits[i] ?? 0);
    sum += against > 0 ? against + Math.log1p(Math.exp(-against)) : Math.log1p(Math.exp(against));
  }
  return 2 * sum;
}

function expit(logit: number): number {
  return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
}

function separated(design: Design, beta: readonly number[]): CausalRefusal {
  const largest = Math.max(...beta.slice(1).map(Math.abs));
  const name = design.kept[beta.slice(1).findIndex((b) => Math.abs(b) === largest)]?.name ?? 'the causes';
  const alone =
    Math.sqrt(dot(Float64Array.from(beta.slice(1)), Float64Array.from(beta.slice(1)))) < 1.1 * largest;
  const who = alone ? name : `the causes together (most of all ${name})`;
  const missing = `${who} tell treated from control without error: no treated unit has a counterpart to compare with`;
  return refuse('SEPARATED', missing, name);
}
