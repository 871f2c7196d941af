import type { Clock } from '@ombre/carry';
import { isMeasured, type MeasuredGuard, type ReleaseSpec } from '@ombre/decide/model';
import { measuredEvidence, questionOf, readMeasured, startMeasured } from '@ombre/release';
import type { MetricProvider, Watcher } from './metric-provider.ts';
import { createReader } from './read-question.ts';

export interface WatchOptions {
  readonly release: string;
  readonly spec: ReleaseSpec;
  readonly clock: Clock;
  /** `openPrometheus({ url, fetch, clock })`; without one, guards that need metrics are unknown. */
  readonly provider?: MetricProvider | undefined;
}

/**
 * Watches the guards of a release whose numbers come from a metric provider. Begins to ask at once, each guard at its own pace
 * and one question at a time; an outage of the provider makes them unknown, never bad.
 */
export function watchMetrics({ spec, clock, provider }: WatchOptions): Watcher {
  const watched = (spec.guards ?? []).filter(isMeasured).map((guard) => watchGuard(guard, clock, provider));
  return {
    evidence: (now) => watched.map(({ evidence }) => evidence(now)),
    close() {
      for (const { close } of watched) close();
    },
  };
}

function watchGuard(guard: MeasuredGuard, clock: Clock, provider: MetricProvider | undefined) {
  const question = questionOf(guard);
  const end = new AbortController();
  let state = startMeasured(clock.now());
  let cancel: () => void = () => {};
  if (provider === undefined) {
    state = readMeasured(guard, state, { unknown: 'no metrics source is configured' }, clock.now());
  } else {
    const read = createReader(question, provider);
    const ask = async (): Promise<void> => {
      const asked = clock.monotonic();
      const reading = await read(clock.now(), end.signal);
      if (end.signal.aborted) return;
      state = readMeasured(guard, state, reading, clock.now());
      cancel = clock.after(Math.max(0, question.every - (clock.monotonic() - asked)), () => void ask());
    };
    void ask();
  }
  return {
    evidence: (now: number) => measuredEvidence(guard, state, now),
    close() {
      end.abort();
      cancel();
    },
  };
}
