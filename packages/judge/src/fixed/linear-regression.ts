import { crossMomentsOf } from '../metrics/cross-moments.ts';
import { type Judged, refuse } from '../refusal.ts';
import { cholesky, forward, solveCholesky } from './symmetric-solve.ts';

/** Slopes of a linear regression with an intercept, and three kinds of standard errors for them. */
export type LinearRegression = {
  readonly intercept: number;
  /** In the order of the columns. */
  readonly slopes: readonly number[];
  readonly degreesOfFreedom: number;
  readonly standardErrors: {
    /** One variance for all units. */
    readonly classical: readonly number[];
    /** Heteroscedasticity-consistent (White 1980; MacKinnon & White 1985). */
    readonly hc1: readonly number[];
    readonly hc2: readonly number[];
  };
};

/**
 * Least squares of `outcome` on columns and an intercept. Columns are centred and scaled before solving, so that means of
 * 1e9 or widely different units cost no digits.
 */
export function linearRegression(
  outcome: ArrayLike<number>,
  columns: readonly ArrayLike<number>[],
): Judged<LinearRegression> {
  const n = outcome.length;
  const width = columns.length;
  if (columns.some((column) => column.length !== n))
    return refuse('INPUT_INVALID', 'columns differ in length');
  if (n <= width + 1) return refuse('UNITS_TOO_FEW', `${n} units for ${width + 1} coefficients`);
  const { means, products } = crossMomentsOf([...columns, outcome]);
  const scales = columns.map((_, j) => Math.sqrt(products[j]?.[j] ?? 0));
  if (scales.some((scale) => !(scale > 0))) return refuse('COVARIATE_CONSTANT', 'a column is constant');
  const correlation = columns.map((_, i) =>
    columns.map((_, j) => (products[i]?.[j] ?? 0) / ((scales[i] ?? 1) * (scales[j] ?? 1))),
  );
  const factor = cholesky(correlation);
  if (factor === undefined) return refuse('COVARIATES_COLLINEAR', 'a column is a combination of the others');
  const right = columns.map((_, i) => (products[i]?.[width] ?? 0) / (scales[i] ?? 1));
  const scaled = solveCholesky(factor, right);
  const slopes = scaled.map((slope, j) => slope / (scales[j] ?? 1));
  const intercept = (means[width] ?? 0) - slopes.reduce((sum, slope, j) => sum + slope * (means[j] ?? 0), 0);

  const inverse = columns.map((_, j) =>
    solveCholesky(
      factor,
      columns.map((_, k) => (k === j ? 1 : 0)),
    ),
  );
  const row = new Array<number>(width).fill(0);
  const meat = { plain: squareOf(width), leveraged: squareOf(width) };
  let squares = 0;
  for (let unit = 0; unit < n; unit++) {
    let residual = (outcome[unit] ?? 0) - (means[width] ?? 0);
    for (let j = 0; j < width; j++) {
      const centred = (columns[j]?.[unit] ?? 0) - (means[j] ?? 0);
      residual -= (slopes[j] ?? 0) * centred;
      row[j] = centred / (scales[j] ?? 1);
    }
    const leverage = 1 / n + forward(factor, row).reduce((sum, y) => sum + y * y, 0);
    const square = residual * residual;
    squares += square;
    addOuter(meat.plain, row, square);
    // A unit that decides its own fitted value has no residual to speak of.
    if (leverage < 1 - 1e-12) addOuter(meat.leveraged, row, square / (1 - leverage));
  }
  const degreesOfFreedom = n - width - 1;
  const errorsOf = (variance: (j: number) => number) =>
    columns.map((_, j) => Math.sqrt(variance(j)) / (scales[j] ?? 1));
  const sandwich = (filling: readonly (readonly number[])[]) => (j: number) =>
    quadratic(inverse[j] ?? [], filling);
  return {
    intercept,
    slopes,
    degreesOfFreedom,
    standardErrors: {
      classical: errorsOf((j) => ((inverse[j]?.[j] ?? 0) * squares) / degreesOfFreedom),
      hc1: errorsOf((j) => (sandwich(meat.plain)(j) * n) / degreesOfFreedom),
      hc2: errorsOf(sandwich(meat.leveraged)),
    },
  };
}

function squareOf(width: number): number[][] {
  return Array.from({ length: width }, () => new Array<number>(width).fill(0));
}

function addOuter(matrix: number[][], row: readonly number[], weight: number): void {
  matrix.forEach((line, i) => {
    for (let j = 0; j < line.length; j++) line[j] = (line[j] ?? 0) + weight * (row[i] ?? 0) * (row[j] ?? 0);
  });
}

function quadratic(vector: readonly number[], matrix: readonly (readonly number[])[]): number {
  return vector.reduce(
    (sum, a, i) => sum + a * vector.reduce((part, b, j) => part + b * (matrix[i]?.[j] ?? 0), 0),
    0,
  );
}
