import { noncentralTUpper } from '../distributions/noncentral-t.ts';
import { normalCdf, normalUpper, normalUpperQuantile } from '../distributions/normal.ts';
import { studentTQuantile } from '../distributions/student-t.ts';
import { type Judged, refuse } from '../refusal.ts';

/** Error rates of a planned fixed test; two-sided unless `sides` is 1. */
export type PowerTarget = { readonly alpha: number; readonly power: number; readonly sides?: 1 | 2 };

/** Power of the pooled test of two proportions with `n` units per arm (the formula of R's `power.prop.test`). */
export function proportionPower(p1: number, p2: number, n: number, alpha: number, sides: 1 | 2 = 2): number {
  const reach = normalUpperQuantile(alpha / sides) * Math.sqrt((p1 + p2) * (1 - (p1 + p2) / 2));
  return normalCdf((Math.sqrt(n) * Math.abs(p1 - p2) - reach) / Math.sqrt(p1 * (1 - p1) + p2 * (1 - p2)));
}

/** Units per arm at which the pooled test of two proportions reaches the power; not rounded. */
export function proportionSampleSize(
  p1: number,
  p2: number,
  { alpha, power, sides = 2 }: PowerTarget,
): Judged<{ readonly perArm: number }> {
  if (!(p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1)) return refuse('INPUT_INVALID', 'rates lie in [0, 1]');
  if (p1 === p2) return refuse('TARGET_UNREACHABLE', 'the two rates are the same');
  const reach = normalUpperQuantile(alpha / sides) * Math.sqrt((p1 + p2) * (1 - (p1 + p2) / 2));
  const surplus = normalUpperQuantile(1 - power) * Math.sqrt(p1 * (1 - p1) + p2 * (1 - p2));
  return { perArm: ((reach + surplus) / (p1 - p2)) ** 2 };
}

/** The larger rate above `p1` that `n` units per arm can tell from it. */
export function detectableProportion(
  p1: number,
  n: number,
  { alpha, power, sides = 2 }: PowerTarget,
): Judged<{ readonly p2: number }> {
  if (!(proportionPower(p1, 1, n, alpha, sides) >= power)) {
    return refuse('TARGET_UNREACHABLE', `${n} units per arm cannot tell any rate from ${p1}`);
  }
  return { p2: grow((p2) => proportionPower(p1, p2, n, alpha, sides) - power, p1, 1) };
}

/** Power of Student's two-sample test with `n` units per arm (noncentral t; the far tail is left out, as R does). */
export function meanPower(delta: number, sd: number, n: number, alpha: number, sides: 1 | 2 = 2): number {
  const df = 2 * (n - 1);
  const bound = -studentTQuantile(alpha / sides, df);
  return noncentralTUpper(bound, df, (Math.sqrt(n / 2) * Math.abs(delta)) / sd);
}

/** Units per arm at which Student's two-sample test sees `delta` with the power; not rounded. */
export function meanSampleSize(
  delta: number,
  sd: number,
  { alpha, power, sides = 2 }: PowerTarget,
): Judged<{ readonly perArm: number }> {
  if (delta === 0) return refuse('TARGET_UNREACHABLE', 'the effect to see is 0');
  if (!(sd > 0)) return refuse('VARIANCE_ZERO', `standard deviation ${sd}`);
  const normal = normalSampleSize(delta, sd, { alpha, power, sides });
  if (normal.refused) return normal;
  const excess = (n: number) => meanPower(delta, sd, n, alpha, sides) - power;
  return { perArm: grow(excess, Math.max(1.001, normal.perArm / 4), normal.perArm * 2 + 20) };
}

/** Smallest difference that Student's two-sample test sees with `n` units per arm. */
export function detectableMean(
  sd: number,
  n: number,
  { alpha, power, sides = 2 }: PowerTarget,
): Judged<{ readonly delta: number }> {
  if (!(n > 1)) return refuse('UNITS_TOO_FEW', `${n} units per arm; a variance needs 2`);
  const scale = sd / Math.sqrt(n);
  return { delta: grow((delta) => meanPower(delta, sd, n, alpha, sides) - power, 0, 100 * scale) };
}

/** Units of control per arm by the normal approximation; treatment gets `ratio` times as many. */
export function normalSampleSize(
  delta: number,
  sd: number,
  { alpha, power, sides = 2 }: PowerTarget,
  ratio = 1,
): Judged<{ readonly perArm: number }> {
  if (delta === 0) return refuse('TARGET_UNREACHABLE', 'the effect to see is 0');
  const reach = normalUpperQuantile(alpha / sides) + normalUpperQuantile(1 - power);
  return { perArm: (reach * reach * sd * sd * (1 + 1 / ratio)) / (delta * delta) };
}

/** Cohen's effect size of two proportions: the difference of their arcsines (Cohen 1988). */
export function cohenH(p1: number, p2: number): number {
  return 2 * Math.asin(Math.sqrt(p1)) - 2 * Math.asin(Math.sqrt(p2));
}

/** Power of the arcsine test of two proportions with these units per arm, both tails counted. */
export function arcsinePower(h: number, n1: number, n2: number, alpha: number, sides: 1 | 2 = 2): number {
  const reach = normalUpperQuantile(alpha / sides);
  const shift = Math.abs(h) * Math.sqrt((n1 * n2) / (n1 + n2));
  return normalUpper(reach - shift) + (sides === 2 ? normalUpper(reach + shift) : 0);
}

/** Units per arm of the arcsine test; with `n1` given, units of the other arm. */
export function arcsineSampleSize(
  h: number,
  { alpha, power, sides = 2 }: PowerTarget,
  n1?: number,
): Judged<{ readonly n: number }> {
  const powerAt = (n: number) => arcsinePower(h, n1 ?? n, n, alpha, sides);
  if (h === 0 || powerAt(1e15) < power) {
    return refuse(
      'TARGET_UNREACHABLE',
      'no number of units reaches the power with this effect and first arm',
    );
  }
  return { n: Math.exp(grow((log) => powerAt(Math.exp(log)) - power, Math.log(2), Math.log(1e15))) };
}

/** Root of an increasing function by bisection to the last digits. */
function grow(f: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let step = 0; step < 100 && high - low > 1e-14 * Math.abs(high); step++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
