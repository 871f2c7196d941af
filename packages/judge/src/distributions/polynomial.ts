/** Value at `x` of the polynomial with these coefficients, the constant first (Horner's scheme). */
export function evaluatePolynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + (coefficients[i] ?? 0);
  return value;
}
