/** Count, means and centred cross products of several columns, in column order. Mergeable. */
export type CrossMoments = {
  readonly n: number;
  readonly means: readonly number[];
  /** Σ (xᵢ − x̄ᵢ)(xⱼ − x̄ⱼ), a symmetric matrix by rows. */
  readonly products: readonly (readonly number[])[];
};

/** Of columns of equal length. */
export function crossMomentsOf(columns: readonly ArrayLike<number>[]): CrossMoments {
  const n = columns[0]?.length ?? 0;
  const means = columns.map((column) => meanOf(column));
  const products = columns.map((a, i) =>
    columns.map((b, j) => {
      let sum = 0;
      for (let row = 0; row < n; row++)
        sum += ((a[row] ?? 0) - (means[i] ?? 0)) * ((b[row] ?? 0) - (means[j] ?? 0));
      return sum;
    }),
  );
  return { n, means, products };
}

/** Of both samples together: the pairwise update of Chan, Golub & LeVeque, for every pair of columns. */
export function mergeCrossMoments(a: CrossMoments, b: CrossMoments): CrossMoments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const gaps = a.means.map((mean, i) => (b.means[i] ?? 0) - mean);
  return {
    n,
    means: a.means.map((mean, i) => mean + ((gaps[i] ?? 0) * b.n) / n),
    products: a.products.map((row, i) =>
      row.map(
        (product, j) =>
          product + (b.products[i]?.[j] ?? 0) + ((gaps[i] ?? 0) * (gaps[j] ?? 0) * a.n * b.n) / n,
      ),
    ),
  };
}

function meanOf(column: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < column.length; row++) sum += column[row] ?? 0;
  const guess = sum / column.length;
  let rest = 0;
  for (let row = 0; row < column.length; row++) rest += (column[row] ?? 0) - guess;
  return guess + rest / column.length;
}
