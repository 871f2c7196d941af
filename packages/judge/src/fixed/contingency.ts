import { chiSquareUpper } from '../distributions/chi-square.ts';
import { type Judged, refuse } from '../refusal.ts';
import { normalReach } from './comparison.ts';
import type { Interval } from './two-proportion.ts';

/** Pearson's χ² test (1900) that rows and columns of a table of counts are independent; without continuity correction. */
export function independence(
  table: readonly (readonly number[])[],
): Judged<{ readonly chiSquare: number; readonly degreesOfFreedom: number; readonly p: number }> {
  const rows = table.map((row) => row.reduce((sum, n) => sum + n, 0));
  const columns = (table[0] ?? []).map((_, j) => table.reduce((sum, row) => sum + (row[j] ?? 0), 0));
  if (rows.length < 2 || columns.length < 2)
    return refuse('ARMS_MISSING', 'a table needs two rows and two columns');
  if (table.some((row) => row.length !== columns.length || row.some((n) => !(n >= 0)))) {
    return refuse('INPUT_INVALID', 'counts are not negative and rows are equally long');
  }
  const total = rows.reduce((sum, n) => sum + n, 0);
  if (rows.includes(0) || columns.includes(0))
    return refuse('ARM_EMPTY', 'a row or column of the table is empty');
  const least = (Math.min(...rows) * Math.min(...columns)) / total;
  if (least < 5) return refuse('EXPECTED_TOO_SMALL', `a cell expects ${least} units; χ² needs 5`);
  const chiSquare = table.reduce(
    (sum, row, i) =>
      sum +
      row.reduce((part, n, j) => {
        const expected = ((rows[i] ?? 0) * (columns[j] ?? 0)) / total;
        return part + (n - expected) ** 2 / expected;
      }, 0),
    0,
  );
  const degreesOfFreedom = (rows.length - 1) * (columns.length - 1);
  return { chiSquare, degreesOfFreedom, p: chiSquareUpper(chiSquare, degreesOfFreedom) };
}

/** A two-by-two table of one stratum, by rows. */
export type TwoByTwo = readonly [a: number, b: number, c: number, d: number];

/** A common odds ratio over strata. */
export type MantelHaenszel = {
  readonly chiSquare: number;
  readonly p: number;
  /** With the continuity correction of one half. */
  readonly corrected: { readonly chiSquare: number; readonly p: number };
  readonly oddsRatio: number;
} & Interval;

/**
 * Cochran–Mantel–Haenszel test (JNCI 1959) with the interval of Robins, Breslow & Greenland (Biometrics 1986). Strata with fewer
 * than two units say nothing and are left out.
 */
export function cochranMantelHaenszel(strata: readonly TwoByTwo[], alpha = 0.05): Judged<MantelHaenszel> {
  const used = strata.filter(([a, b, c, d]) => a + b + c + d > 1);
  if (used.length === 0) return refuse('UNITS_TOO_FEW', 'no stratum has two units');
  let surplus = 0;
  let variance = 0;
  let [r, s, pr, mixed, qs] = [0, 0, 0, 0, 0];
  for (const [a, b, c, d] of used) {
    const n = a + b + c + d;
    surplus += a - ((a + b) * (a + c)) / n;
    variance += ((a + b) * (c + d) * (a + c) * (b + d)) / (n * n * (n - 1));
    const along = (a * d) / n;
    const across = (b * c) / n;
    r += along;
    s += across;
    pr += ((a + d) / n) * along;
    mixed += ((a + d) / n) * across + ((b + c) / n) * along;
    qs += ((b + c) / n) * across;
  }
  if (!(variance > 0)) return refuse('VARIANCE_ZERO', 'every stratum has an empty row or column');
  if (!(r > 0 && s > 0)) return refuse('NO_EVENTS', 'the common odds ratio is zero or infinite');
  const oddsRatio = r / s;
  const error = Math.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s));
  const reach = normalReach(alpha) * error;
  const chiSquare = (surplus * surplus) / variance;
  const correctedChiSquare = (Math.abs(surplus) - Math.min(0.5, Math.abs(surplus))) ** 2 / variance;
  return {
    chiSquare,
    p: chiSquareUpper(chiSquare, 1),
    corrected: { chiSquare: correctedChiSquare, p: chiSquareUpper(correctedChiSquare, 1) },
    oddsRatio,
    low: oddsRatio * Math.exp(-reach),
    high: oddsRatio * Math.exp(reach),
  };
}
