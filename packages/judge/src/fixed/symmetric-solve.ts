/**
 * Lower Cholesky factor of a symmetric positive definite matrix, or undefined where a column is (nearly) a combination
 * of those before it.
 */
export function cholesky(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const factor: number[][] = [];
  for (let i = 0; i < matrix.length; i++) {
    const row: number[] = [];
    for (let j = 0; j <= i; j++) {
      let value = matrix[i]?.[j] ?? 0;
      for (let k = 0; k < j; k++) value -= (row[k] ?? 0) * ((j === i ? row : factor[j])?.[k] ?? 0);
      if (j < i) row.push(value / (factor[j]?.[j] ?? 1));
      else if (value > 1e-12 * (matrix[i]?.[i] ?? 0)) row.push(Math.sqrt(value));
      else return undefined;
    }
    factor.push(row);
  }
  return factor;
}

/** x with L Lᵀ x = b. */
export function solveCholesky(factor: readonly (readonly number[])[], b: readonly number[]): number[] {
  const y = forward(factor, b);
  const x = [...y];
  for (let i = factor.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < factor.length; k++) x[i] = (x[i] ?? 0) - (factor[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (factor[i]?.[i] ?? 1);
  }
  return x;
}

/** y with L y = b; |y|² is bᵀ (L Lᵀ)⁻¹ b. */
export function forward(factor: readonly (readonly number[])[], b: readonly number[]): number[] {
  const y: number[] = [];
  for (let i = 0; i < factor.length; i++) {
    let value = b[i] ?? 0;
    for (let k = 0; k < i; k++) value -= (factor[i]?.[k] ?? 0) * (y[k] ?? 0);
    y.push(value / (factor[i]?.[i] ?? 1));
  }
  return y;
}
