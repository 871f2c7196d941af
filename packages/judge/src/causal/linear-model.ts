import { Matrix } from 'ml-matrix';
import { crossWith, type Design, designOf, gram, predictAll, solveSymmetric } from './design.ts';
import type { Cause } from './study.ts';

/** A line fitted to some rows of a study. */
export interface LinearModel {
  readonly design: Design;
  /** Coefficients of the standardised columns, intercept first. */
  readonly beta: readonly number[];
  /** (XᵀWX)⁻¹ of the standardised columns. */
  readonly inverse: Matrix;
  /** Fitted values for every unit of the study, also those outside `rows`. */
  readonly fitted: Float64Array;
}

/** Weighted least squares of `outcome` on the causes over `rows`; `weights` run along `rows`. */
export function fitLinear(
  causes: readonly Cause[],
  outcome: Float64Array,
  rows: Int32Array,
  weights?: Float64Array,
): LinearModel {
  const design = designOf(causes, rows);
  const normal = gram(design, weights);
  const y = Float64Array.from(rows, (row, i) => (outcome[row] ?? 0) * (weights ? (weights[i] ?? 0) : 1));
  const inverse = solveSymmetric(normal, Matrix.eye(normal.rows));
  if (!inverse) throw new Error('independent columns gave singular normal equations');
  const beta = inverse.mmul(Matrix.columnVector(crossWith(design, y))).to1DArray();
  return { design, beta, inverse, fitted: predictAll(design, beta, causes, outcome.length) };
}

/** The index of a named cause among the coefficients, or −1 where it was left out. */
export function coefficientIndex(model: LinearModel, name: string): number {
  const index = model.design.kept.findIndex((column) => column.name === name);
  return index < 0 ? -1 : index + 1;
}
