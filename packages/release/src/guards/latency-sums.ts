import type { ArmTally } from '../health/tally.ts';
import { type BucketCounts, between, total } from './rates.ts';
import type { Sight } from './sight.ts';

/** Milliseconds (as events) of the requests of treatment at all levels, since the evidence began. */
export function treatmentLatency(sight: Sight): BucketCounts {
  return sumOf(latencies(sight).map(({ treatment }) => ({ part: treatment, weight: 1 })));
}

/** The same of both arms at levels that have both, control weighted to treatment's mix of levels. */
export function comparedLatency(sight: Sight): {
  readonly treatment: BucketCounts;
  readonly control: BucketCounts;
} {
  const both = latencies(sight).filter(({ control }) => total(control.trials) > 0);
  return {
    treatment: sumOf(both.map(({ treatment }) => ({ part: treatment, weight: 1 }))),
    control: sumOf(
      both.map(({ treatment, control }) => ({
        part: control,
        weight: total(treatment.trials) / total(control.trials),
      })),
    ),
  };
}

function latencies({ tally, history }: Sight) {
  return Object.entries(tally.levels).map(([level, arms]) => {
    const first = history.first.levels[level];
    return {
      treatment: since(first?.treatment, arms.treatment),
      control: since(first?.control, arms.control),
    };
  });
}

function since(first: ArmTally | undefined, now: ArmTally): BucketCounts {
  const of = ({ latencySum, ended }: ArmTally) => ({ events: latencySum, trials: ended });
  return first === undefined ? of(now) : between(of(first), of(now));
}

function sumOf(parts: readonly { readonly part: BucketCounts; readonly weight: number }[]): BucketCounts {
  const of = (which: keyof BucketCounts) =>
    Array.from({ length: 64 }, (_, bucket) =>
      total(parts.map(({ part, weight }) => weight * (part[which][bucket] ?? 0))),
    );
  return { events: of('events'), trials: of('trials') };
}
