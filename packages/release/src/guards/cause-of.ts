import { rateLogEvidence } from '@ombre/judge';
import { countsOf, type Snapshot, type Total, totalOf } from '../health/history.ts';
import { usualRate } from './burst-evidence.ts';
import { divergence } from './rates.ts';
import { likelyStart, rateIn, type Sight } from './sight.ts';

/** What did what treatment shows: the change, since control shows nothing of it; something both arms share; or control had too few requests to tell. */
export type Cause = 'change' | 'shared' | 'unclear';

/** What treatment surely breaks: a limit on its rate, or on how much its rate may exceed control's. */
export type Broken = { readonly limit: number } | { readonly margin: number };

/** How people are told that it is unclear. */
export const UNCLEAR = 'control had too few requests yet to show the same';

/** Nats that tell the change from a shared cause: about one of twenty outages of both arms is taken for the change. */
export const APART = 3;
/** ms for which control is waited for, while treatment fails. */
export const LONGEST = 10_000;
/** Share of faults of the new version that control has a lesser part in. */
const PARTLY = 0.1;
/** Rates tried that both arms might have. */
const GRID = 12;

/**
 * What did it. A release goes back only once control could have shown the same, with the requests it had since it began, and did not: until there
 * is evidence of `APART` nats against both having one rate. A request of control that is fine brings −ln(1 − q) nats against a fault of q: 60 %
 * takes four of them, 10 % thirty (docs/adr/026). Treatment alone says where it began, so that no lucky moment of control is picked. Nothing is waited
 * for where control has had no request at all.
 */
export function causeOf(sight: Sight, counted: number | 'failures', broken: Broken): Cause {
  const { history, now } = sight;
  const to = history.snapshots.at(-1);
  if (!sight.control || to === undefined || totalOf(to.seen, counted).trials === 0) return 'change';
  const past = countsOf(history.past, counted);
  const usualBefore = ({ control }: Snapshot) =>
    usualRate(countsOf(control, counted), past, history.weight).rate;
  const [side, margin, allowed] =
    'limit' in broken
      ? (['treated', 0, broken.limit] as const)
      : (['compared', broken.margin, usualBefore(to) + broken.margin] as const);
  const from = likelyStart(sight, (window) => {
    const treatment = grown(window.from, to, side, counted);
    const rate = rateOf(treatment);
    return rate > allowed ? treatment.trials * divergence(rate, allowed) : 0;
  });
  if (from === undefined) return 'unclear';
  const treatment = grown(from, to, side, counted);
  const seen = grown(from, to, 'seen', counted);
  const usual = Math.min(usualBefore(from), allowed);
  // Never 1, which one request of control that is fine would refute.
  const alike = Math.max((treatment.events + 0.5) / (treatment.trials + 1) - margin, usual);
  const leansToShared = logLikelihood(seen, alike) > logLikelihood(seen, usual);
  // One cause seldom hits both arms equally hard: the circuit of the arm with more requests opens first, and then all of them fail.
  if (leansToShared && 2 * rateOf(seen) >= rateOf(treatment)) return 'shared';
  if (apart(treatment, seen, usual, margin) >= APART) return 'change';
  if (leansToShared || rateIn({ from, to }, 'control', counted) > allowed) return 'shared';
  return now - from.at >= LONGEST ? 'change' : 'unclear';
}

/**
 * ln of the evidence against control failing as often as treatment but for the margin: the least, over rates p that control may have, of
 * what speaks against p + margin in treatment and against p in control (Wasserman, Ramdas & Balakrishnan, PNAS 2020), which is expected at its usual
 * rate, and sometimes at any other.
 */
function apart(treatment: Total, control: Total, usual: number, margin: number): number {
  const rate = rateOf(treatment);
  const [from, to] = [rateOf(control), rate - margin];
  if (!(to > from)) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= GRID; i++) {
    const p = Math.min(MOST, from + ((to - from) * i) / GRID);
    const asUsual = usual < p ? logLikelihood(control, usual) - logLikelihood(control, p) : 0;
    const atAny = rateLogEvidence(control, p);
    const ofControl = Math.log((1 - PARTLY) * Math.exp(asUsual) + PARTLY * Math.exp(atAny));
    least = Math.min(least, treatment.trials * divergence(rate, Math.min(MOST, p + margin)) + ofControl);
  }
  return least;
}

const MOST = 1 - 1e-9;

/** What one side was given between two moments; a request in flight may have become slow without being one more. */
function grown(
  from: Snapshot,
  to: Snapshot,
  side: 'treated' | 'compared' | 'seen',
  counted: number | 'failures',
): Total {
  const [before, after] = [totalOf(from[side], counted), totalOf(to[side], counted)];
  const events = after.events - before.events;
  return { events, trials: Math.max(events, after.trials - before.trials) };
}

function rateOf({ events, trials }: Total): number {
  return trials > 0 ? events / trials : 0;
}

function logLikelihood({ events, trials }: Total, rate: number): number {
  return events * Math.log(rate) + (trials - events) * Math.log1p(-rate);
}
