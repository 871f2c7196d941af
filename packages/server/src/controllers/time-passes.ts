import {
  circuitEvidence,
  combineHealth,
  failsAlike,
  judgeHealth,
  type Ledger,
  type Phase,
  unableEvidence,
} from '@ombre/release';
import type { ReceiversSeen } from '../nodes/receivers-seen.ts';
import type { Followed, Waiting } from './followed.ts';
import type { MeasuredWatchers } from './measured-watchers.ts';
import type { Rates } from './rates.ts';

/** What is known when time passes. */
export interface Moment {
  /** Milliseconds since 1970, steady over clock steps. */
  readonly now: number;
  /** Milliseconds between ticks. */
  readonly interval: number;
  readonly fresh: boolean;
  readonly seen: ReceiversSeen;
  /** Nobody may have been heard yet, which is not that nobody is there. */
  readonly unheard: boolean;
  readonly ledger: Ledger;
  readonly watchers: MeasuredWatchers;
}

/** Control is looked at over so short a time, in ms, beside the usual one, when a circuit opened: an outage may have just begun. */
const OUTAGE = 1_000;

const JUDGED: ReadonlySet<Phase> = new Set<Phase>([
  'climbing',
  'dwelling',
  'waiting',
  'frozen',
  'watching',
  'rolling-back',
]);

/** Whether counters decide something about a release now. */
export function isJudged({ state }: Followed): boolean {
  return JUDGED.has(state.phase);
}

/** Time passes for one release, with all that is known of it at the moment. */
export function timePasses(one: Followed, moment: Moment): Waiting {
  const { now, interval, fresh, seen, unheard, ledger, watchers } = moment;
  const { placement, since = one.facts.bornEpoch } = one.state;
  const tally = ledger.tally(one.release, placement.epoch, now, since, one.spec.ladder);
  const { treated, control, rest } = tally.climb;
  one.rates.add(now, { sources: tally.sources, treatment: treated, control, rest });
  const { live, activated } = seen.at(one.state.revision);
  one.receivers = { live: live + (unheard ? 1 : 0), activated };
  if (isJudged(one)) {
    const judged = judgeHealth(one.spec, one.state, tally, one.memory, now);
    one.memory = judged.state;
    one.traffic = tally.sources === 0 ? {} : judged.traffic;
    one.judgedSince ??= now;
    const errorRate = worstOf(one.rates, [OUTAGE, undefined]);
    if (failsAlike(errorRate)) one.failedAlike = now;
    const around = { since: one.judgedSince, errorRate, failedAlike: one.failedAlike };
    one.health = combineHealth([
      ...judged.health.evidence,
      ...circuitEvidence(one.spec, ledger.circuits(now), around, now),
      ...unableEvidence(seen.unable(one.spec.flag), now),
      ...watchers.evidence(one.release, one.spec),
    ]);
  } else {
    one.memory = undefined;
    one.judgedSince = undefined;
    one.failedAlike = undefined;
    one.health = combineHealth([]);
    watchers.drop(one.release);
  }
  const { health, receivers, traffic } = one;
  return { event: { kind: 'tick', interval, health, fresh, receivers, traffic } };
}

/** The largest error rate of the old version over some times; null where nothing ended in any. */
function worstOf(rates: Rates, times: readonly (number | undefined)[]): number | null {
  const found = times.flatMap((time) => {
    const { control, rest } = rates.read(time);
    return [control.errorRate ?? [], rest.errorRate ?? []].flat();
  });
  return found.length === 0 ? null : Math.max(...found);
}
