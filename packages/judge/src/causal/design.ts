import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Cause } from './study.ts';

/** Columns centred and scaled over given rows, with the dependent ones left out. The intercept is implied. */
export interface Design {
  readonly rows: Int32Array;
  /** The columns kept, each standardised and as long as `rows`. */
  readonly columns: readonly Float64Array[];
  readonly kept: readonly {
    readonly name: string;
    readonly index: number;
    readonly centre: number;
    readonly scale: number;
  }[];
  /** Names of columns that are constant or a combination of earlier ones over these rows. */
  readonly dropped: readonly string[];
}

/**
 * Prepares causes for a linear predictor. Standardising keeps the normal equations well conditioned (earnings beside
 * shares of one); like R's `lm`, a column that depends on earlier ones is left out.
 */
export function designOf(causes: readonly Cause[], rows: Int32Array): Design {
  const columns: Float64Array[] = [];
  const kept: Design['kept'][number][] = [];
  const dropped: string[] = [];
  const basis: Float64Array[] = [];
  for (const [index, cause] of causes.entries()) {
    const raw = Float64Array.from(rows, (row) => cause.values[row] ?? 0);
    const centre = raw.reduce((sum, x) => sum + x, 0) / raw.length;
    const centred = raw.map((x) => x - centre);
    const scale = Math.sqrt(dot(centred, centred) / Math.max(1, raw.length - 1));
    const size = Math.max(Math.abs(centre), scale);
    if (!(scale > 1e-12 * size)) {
      dropped.push(cause.name);
      continue;
    }
    const column = centred.map((x) => x / scale);
    const rest = residual(column, basis);
    // R's lm drops a column whose norm falls below 1e-7 of what it was.
    if (Math.sqrt(dot(rest, rest) / dot(column, column)) < 1e-7) {
      dropped.push(cause.name);
      continue;
    }
    const norm = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((x) => x / norm));
    columns.push(column);
    kept.push({ name: cause.name, index, centre, scale });
  }
  return { rows, columns, kept, dropped };
}

/** Σ wᵢ xᵢ xᵢᵀ over the rows of a design, intercept first. */
export function gram(design: Design, weights?: Float64Array): Matrix {
  const columns = withIntercept(design);
  const size = columns.length;
  const sums = Matrix.zeros(size, size);
  for (let j = 0; j < size; j++) {
    const a = columns[j] ?? new Float64Array();
    const wa = weights ? a.map((x, i) => x * (weights[i] ?? 0)) : a;
    for (let k = 0; k <= j; k++) {
      const sum = dot(wa, columns[k] ?? a);
      sums.set(j, k, sum);
      sums.set(k, j, sum);
    }
  }
  return sums;
}

/** Σ vᵢ xᵢ over the rows of a design, intercept first. */
export function crossWith(design: Design, v: Float64Array): number[] {
  return withIntercept(design).map((column) => dot(column, v));
}

/** Solves a symmetric positive definite system; undefined when it is singular. */
export function solveSymmetric(matrix: Matrix, right: Matrix): Matrix | undefined {
  const factor = new CholeskyDecomposition(matrix);
  return factor.isPositiveDefinite() ? factor.solve(right) : undefined;
}

/** β₀ + Σ βⱼ xⱼ for the rows the design was made of. */
export function predictDesign(design: Design, beta: readonly number[]): Float64Array {
  const fitted = new Float64Array(design.rows.length).fill(beta[0] ?? 0);
  for (const [j, column] of design.columns.entries()) {
    const slope = beta[j + 1] ?? 0;
    for (let i = 0; i < fitted.length; i++) fitted[i] = (fitted[i] ?? 0) + slope * (column[i] ?? 0);
  }
  return fitted;
}

/** The same for every unit of a study, in the causes' own units. */
export function predictAll(
  design: Design,
  beta: readonly number[],
  causes: readonly Cause[],
  units: number,
): Float64Array {
  const fitted = new Float64Array(units).fill(beta[0] ?? 0);
  for (const [j, { index, centre, scale }] of design.kept.entries()) {
    const slope = (beta[j + 1] ?? 0) / scale;
    const values = causes[index]?.values ?? fitted;
    for (let i = 0; i < units; i++) fitted[i] = (fitted[i] ?? 0) + slope * ((values[i] ?? 0) - centre);
  }
  return fitted;
}

/** Coefficients (and standard errors from a covariance) in the causes' own units, intercept first. */
export function unscale(
  design: Design,
  beta: readonly number[],
  covariance: Matrix,
): { readonly coefficients: Map<string, number>; readonly standardErrors: Map<string, number> } {
  const coefficients = new Map<string, number>();
  const standardErrors = new Map<string, number>();
  let intercept = beta[0] ?? 0;
  let variance = covariance.get(0, 0);
  for (const [j, a] of design.kept.entries()) {
    const shift = a.centre / a.scale;
    intercept -= (beta[j + 1] ?? 0) * shift;
    variance -= 2 * shift * covariance.get(0, j + 1);
    for (const [k, b] of design.kept.entries()) {
      variance += shift * (b.centre / b.scale) * covariance.get(j + 1, k + 1);
    }
  }
  coefficients.set('(Intercept)', intercept);
  standardErrors.set('(Intercept)', Math.sqrt(Math.max(0, variance)));
  for (const [j, { name, scale }] of design.kept.entries()) {
    coefficients.set(name, (beta[j + 1] ?? 0) / scale);
    standardErrors.set(name, Math.sqrt(covariance.get(j + 1, j + 1)) / scale);
  }
  return { coefficients, standardErrors };
}

/** The columns with the intercept before them. */
export function withIntercept(design: Design): Float64Array[] {
  return [new Float64Array(design.rows.length).fill(1), ...design.columns];
}

/** Σ aᵢ bᵢ. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** What of `column` no earlier direction explains; projected twice, since once loses digits (Kahan's "twice is enough"). */
function residual(column: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = Float64Array.from(column);
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of basis) {
      const along = dot(rest, direction);
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - along * (direction[i] ?? 0);
    }
  }
  return rest;
}
