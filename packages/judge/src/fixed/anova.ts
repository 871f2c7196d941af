import { fUpper } from '../distributions/f.ts';
import { type Moments, mergeMoments, noMoments, varianceOf } from '../metrics/moments.ts';
import { type Judged, refuse } from '../refusal.ts';

/** An F test over several arms. */
export type FTest = { readonly f: number; readonly df1: number; readonly df2: number; readonly p: number };

/** One-way analysis of variance with one variance for all arms (Fisher 1925), and without (Welch, Biometrika 1951). */
export function anova(
  arms: readonly Moments[],
): Judged<{ readonly classical: FTest; readonly welch: FTest }> {
  if (arms.length < 2) return refuse('ARMS_MISSING', `${arms.length} arm`);
  const empty = arms.findIndex(({ n }) => n < 2);
  if (empty >= 0)
    return refuse('UNITS_TOO_FEW', `arm ${empty} has ${arms[empty]?.n} units; a variance needs 2`);
  if (arms.some(({ m2 }) => !(m2 > 0))) return refuse('VARIANCE_ZERO', 'an arm is constant');
  return { classical: classical(arms), welch: welchAnova(arms) };
}

function classical(arms: readonly Moments[]): FTest {
  const all = arms.reduce(mergeMoments, noMoments);
  const within = arms.reduce((sum, { m2 }) => sum + m2, 0);
  const between = arms.reduce((sum, { n, mean }) => sum + n * (mean - all.mean) ** 2, 0);
  const df1 = arms.length - 1;
  const df2 = all.n - arms.length;
  return fTest(between / df1 / (within / df2), df1, df2);
}

function welchAnova(arms: readonly Moments[]): FTest {
  const weights = arms.map((arm) => arm.n / varianceOf(arm));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = arms.reduce((sum, arm, i) => sum + arm.mean * (weights[i] ?? 0), 0) / total;
  const df1 = arms.length - 1;
  const imbalance =
    arms.reduce((sum, { n }, i) => sum + (1 - (weights[i] ?? 0) / total) ** 2 / (n - 1), 0) /
    (arms.length ** 2 - 1);
  const between = arms.reduce((sum, arm, i) => sum + (weights[i] ?? 0) * (arm.mean - mean) ** 2, 0) / df1;
  return fTest(between / (1 + 2 * (arms.length - 2) * imbalance), df1, 1 / (3 * imbalance));
}

function fTest(f: number, df1: number, df2: number): FTest {
  return { f, df1, df2, p: fUpper(f, df1, df2) };
}
