import type { Clock } from '@ombre/carry';
import { isMeasured, type ReleaseSpec } from '@ombre/decide/model';
import type { GuardEvidence } from '@ombre/release';
import type { MetricProvider, Watcher } from '../metric-provider/metric-provider.ts';
import { watchMetrics } from '../metric-provider/watch-metrics.ts';

/** The guards that ask elsewhere, of every release that is judged. */
export interface MeasuredWatchers {
  /** What a release's guards say; they ask by the spec in force, from the first call on. */
  evidence(release: string, spec: ReleaseSpec): readonly GuardEvidence[];
  /** They ask no more. */
  drop(release: string): void;
  close(): void;
}

export function createMeasuredWatchers(clock: Clock, provider: MetricProvider | undefined): MeasuredWatchers {
  const watchers = new Map<string, { readonly spec: ReleaseSpec; readonly watcher: Watcher }>();

  function drop(release: string): void {
    watchers.get(release)?.watcher.close();
    watchers.delete(release);
  }

  return {
    evidence(release, spec) {
      let known = watchers.get(release);
      if (known?.spec !== spec) {
        drop(release);
        if (!(spec.guards ?? []).some(isMeasured)) return [];
        known = { spec, watcher: watchMetrics({ release, spec, clock, provider }) };
        watchers.set(release, known);
      }
      // The source of metrics goes by the wall clock.
      return known.watcher.evidence(clock.now());
    },
    drop,
    close() {
      for (const release of [...watchers.keys()]) drop(release);
    },
  };
}
