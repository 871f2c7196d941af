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
  // Masses rise to one mode and fall: walk inwards from both ends, relative to the seen one against underflow.
  let sum = 0;
  let x = low;
  for (; x <= high && logMass(x) <= limit; x++) sum += Math.exp(logMass(x) - seen);
  for (let y = high; y >= x && logMass(y) <= limit; y--) sum += Math.exp(logMass(y) - seen);
  const logP = Math.min(0, seen + Math.log(sum));
  return { p: Math.exp(logP), logP };
}
