/** Nodes and weights for integrating over [low, high] with `panels` equal panels of 16-point Gauss–Legendre each. */
export function gaussLegendre(
  low: number,
  high: number,
  panels: number,
): { readonly nodes: readonly number[]; readonly weights: readonly number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  const half = (high - low) / (2 * panels);
  for (let panel = 0; panel < panels; panel++) {
    const centre = low + (2 * panel + 1) * half;
    for (let i = 0; i < POINTS.length; i++) {
      const [x, weight] = POINTS[i] ?? [0, 0];
      nodes.push(centre - half * x, centre + half * x);
      weights.push(half * weight, half * weight);
    }
  }
  return { nodes, weights };
}

/** Positive nodes with their weights: roots of the Legendre polynomial of degree 16, by Newton's method. */
const POINTS: readonly (readonly [x: number, weight: number])[] = Array.from({ length: 8 }, (_, i) => {
  const degree = 16;
  let x = Math.cos((Math.PI * (i + 0.75)) / (degree + 0.5));
  let slope = 1;
  for (let step = 0; step < 100; step++) {
    let previous = 1;
    let value = x;
    for (let n = 2; n <= degree; n++)
      [previous, value] = [value, ((2 * n - 1) * x * value - (n - 1) * previous) / n];
    slope = (degree * (x * value - previous)) / (x * x - 1);
    const change = value / slope;
    x -= change;
    if (Math.abs(change) < 1e-16) break;
  }
  return [x, 2 / ((1 - x * x) * slope * slope)] as const;
});
