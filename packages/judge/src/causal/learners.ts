import { Matrix } from 'ml-matrix';
import {
  crossWith,
  type Design,
  designOf,
  gram,
  predictAll,
  predictDesign,
  solveSymmetric,
} from './design.ts';
import { fitLinear } from './linear-model.ts';
import type { Cause } from './study.ts';

/** Learns the outcome from the causes over `rows` and predicts it for every unit. */
export type Learner = (causes: readonly Cause[], outcome: Float64Array, rows: Int32Array) => Float64Array;

/** Least squares. */
export const linear: Learner = (causes, outcome, rows) => fitLinear(causes, outcome, rows).fitted;

/**
 * A surface that multiplies instead of adding, exp(β₀ + Σ βⱼxⱼ), by nonlinear least squares (Gauss–Newton with a ridge
 * that grows while a step does not help). Predictions stay below four times the largest outcome seen.
 */
export const multiplicative: Learner = (causes, outcome, rows) => {
  const design = designOf(causes, rows);
  const y = Float64Array.from(rows, (row) => outcome[row] ?? 0);
  const top = y.reduce((largest, v) => Math.max(largest, v), 0);
  if (!(top > 0)) return linear(causes, outcome, rows);
  const ceiling = Math.log(4 * top);
  const floor = y.reduce((least, v) => (v > 0 ? Math.min(least, v) : least), top);
  let beta = linearStart(
    design,
    y.map((v) => Math.log(Math.max(v, floor))),
  );
  let error = squaredError(design, beta, y, ceiling);
  for (let step = 0, ridge = 1e-6; step < 200 && ridge < 1e6; step++) {
    const surface = predictDesign(design, beta).map((eta) => Math.exp(Math.min(eta, ceiling)));
    const curvature = gram(
      design,
      surface.map((m) => m * m),
    );
    for (let j = 0; j < curvature.rows; j++) curvature.set(j, j, curvature.get(j, j) * (1 + ridge));
    const slope = crossWith(
      design,
      surface.map((m, i) => m * ((y[i] ?? 0) - m)),
    );
    const move = solveSymmetric(curvature, Matrix.columnVector(slope))?.to1DArray();
    const next = move && beta.map((b, j) => b + (move[j] ?? 0));
    const reached = next ? squaredError(design, next, y, ceiling) : Number.POSITIVE_INFINITY;
    if (!next || !(reached < error)) {
      ridge *= 10;
      continue;
    }
    const settled = error - reached < 1e-10 * error;
    [beta, error, ridge] = [next, reached, ridge / 10];
    if (settled) break;
  }
  return predictAll(design, beta, causes, outcome.length).map((eta) => Math.exp(Math.min(eta, ceiling)));
};

/** Whichever of the learners predicts rows it has not seen best: five folds, by position, so that the choice repeats. */
export function bestOf(...learners: readonly [Learner, ...Learner[]]): Learner {
  return (causes, outcome, rows) => {
    const errors = learners.map((learner) => {
      let sum = 0;
      for (let fold = 0; fold < FOLDS; fold++) {
        const predicted = learner(
          causes,
          outcome,
          rows.filter((_, i) => i % FOLDS !== fold),
        );
        for (const row of rows.filter((_, i) => i % FOLDS === fold)) {
          sum += ((outcome[row] ?? 0) - (predicted[row] ?? 0)) ** 2;
        }
      }
      return sum;
    });
    const best = learners[errors.indexOf(Math.min(...errors))] ?? learners[0];
    return best(causes, outcome, rows);
  };
}

const FOLDS = 5;

function linearStart(design: Design, y: Float64Array): number[] {
  const normal = gram(design);
  return (
    solveSymmetric(normal, Matrix.columnVector(crossWith(design, y)))?.to1DArray() ??
    new Array(normal.rows).fill(0)
  );
}

function squaredError(design: Design, beta: readonly number[], y: Float64Array, ceiling: number): number {
  const eta = predictDesign(design, beta);
  return y.reduce((sum, v, i) => sum + (v - Math.exp(Math.min(eta[i] ?? 0, ceiling))) ** 2, 0);
}
