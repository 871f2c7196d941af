import { logChoose } from '../distributions/log-gamma.ts';
import { type Judged, refuse } from '../refusal.ts';
import { checkProportions, type ProportionArms } from './two-proportion.ts';

/**
 * Fisher's exact test of two proportions (1935), two-sided: the probability of all tables with the same margins that are no
 * more likely than the one seen (ties within 1e-7, as R does).
 */
export function fisherExact(arms: ProportionArms): Judged<{ readonly p: number; readonly logP: number }> {
  const bad = checkProportions(arms);
  if (bad !== undefined) return bad;
  const { treatment: t, control: c } = arms;
  const successes = t.successes + c.successes;
  if (successes === 0) return refuse('NO_EVENTS', `no successes among ${t.n} and ${c.n} units`);
  if (successes === t.n + c.n) return refuse('VARIANCE_ZERO', 'every unit of both arms is a success');
  const low = Math.max(0, successes - c.n);
  const high = Math.min(t.n, successes);
  const whole = logChoose(t.n + c.n, successes);
  const logMass = (x: number) => logChoose(t.n, x) + logChoose(c.n, successes - x) - whole;
  const seen = logMass(t.successes);
  const limit = seen + Math.log1p(1e-7);
  // Masses rise to one mode and fall: find where either side is no more likely than the table seen, and add outwards,
  // relative to it against underflow, until nothing more comes.
  const mode = Math.floor(((t.n + 1) * (successes + 1)) / (t.n + c.n + 2));
  const within = (x: number) => logMass(x) <= limit;
  const outwards = (from: number, step: 1 | -1): number => {
    let sum = 0;
    for (let x = from; x >= low && x <= high; x += step) {
      const part = Math.exp(logMass(x) - seen);
      sum += part;
      if (part < 1e-18 * sum) break;
    }
    return sum;
  };
  const sum =
    outwards(lastWithin(low - 1, mode + 1, within), -1) + outwards(lastWithin(high + 1, mode, within), 1);
  const logP = Math.min(0, seen + Math.log(sum));
  return { p: Math.exp(logP), logP };
}

/** The number nearest to `inner`, going from `outer` (both left out), up to which `within` holds; `outer` if for none. */
function lastWithin(outer: number, inner: number, within: (x: number) => boolean): number {
  let held = outer;
  let failed = inner;
  while (Math.abs(failed - held) > 1) {
    const middle = Math.trunc((held + failed) / 2);
    if (within(middle)) held = middle;
    else failed = middle;
  }
  return held;
}
