import { type Judged, refuse } from '../refusal.ts';

/** Count, mean and centred sum of squares of a sample: all that tests of a mean need. Mergeable. */
export type Moments = { readonly n: number; readonly mean: number; readonly m2: number };

/** Of nothing. */
export const noMoments: Moments = { n: 0, mean: 0, m2: 0 };

/** Of these values: two passes, so that means of 1e9 cost no digits of the variance. */
export function momentsOf(values: Iterable<number>): Moments {
  let n = 0;
  let sum = 0;
  for (const value of values) {
    n += 1;
    sum += value;
  }
  if (n === 0) return noMoments;
  const guess = sum / n;
  let rest = 0;
  let squares = 0;
  for (const value of values) {
    rest += value - guess;
    squares += (value - guess) ** 2;
  }
  // What rounding left in the first mean is taken out again (Chan, Golub & LeVeque, American Statistician 1983).
  return { n, mean: guess + rest / n, m2: Math.max(0, squares - (rest * rest) / n) };
}

/** Of both samples together (Chan, Golub & LeVeque 1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const gap = b.mean - a.mean;
  return { n, mean: a.mean + (gap * b.n) / n, m2: a.m2 + b.m2 + (gap * gap * a.n * b.n) / n };
}

/** Of a sample known by its sums. Squares of large means cancel here: prefer `momentsOf` where the values are at hand. */
export function momentsOfSums(n: number, sum: number, sumOfSquares: number): Moments {
  if (n === 0) return noMoments;
  return { n, mean: sum / n, m2: Math.max(0, sumOfSquares - (sum * sum) / n) };
}

/** Of `successes` ones among `n` zeros and ones. */
export function momentsOfProportion(successes: number, n: number): Moments {
  if (n === 0) return noMoments;
  const mean = successes / n;
  return { n, mean, m2: successes * (1 - mean) };
}

/** Unbiased variance; NaN below two values, which every method refuses before asking. */
export function varianceOf({ n, m2 }: Moments): number {
  return m2 / (n - 1);
}

/** The pair if both have what a variance needs, else why not. */
export function checkArms<Arms extends { readonly treatment: Moments; readonly control: Moments }>(
  arms: Arms,
): Judged<Arms> {
  for (const name of ['treatment', 'control'] as const) {
    const { n, mean, m2 } = arms[name];
    if (n === 0) return refuse('ARM_EMPTY', `${name} has no units`);
    if (!(n > 0 && Number.isFinite(mean) && m2 >= 0 && Number.isFinite(m2))) {
      return refuse('INPUT_INVALID', `${name} has a number that is not finite`);
    }
    if (n < 2) return refuse('UNITS_TOO_FEW', `${name} has ${n} unit; a variance needs 2`);
  }
  return arms as Judged<Arms>;
}
