import { type CountersGuard, parseDuration } from '@ombre/decide/model';
import type { GuardEvidence } from '../health/health.ts';
import { judgeAbsoluteRate } from './absolute-rate.ts';
import { judgeAgainstControl } from './against-control.ts';
import { guardEvidence } from './guard-evidence.ts';
import { judgeMeanLatency } from './mean-latency.ts';
import type { Sight } from './sight.ts';

type Kinds = CountersGuard extends infer One ? (One extends One ? keyof One : never) : never;
type GuardOf<K extends Kinds> = Extract<CountersGuard, Readonly<Record<K, unknown>>>;

/** The meaning of each kind of guard. */
const meanings: { readonly [K in Kinds]: (sight: Sight, guard: GuardOf<K>) => GuardEvidence } = {
  errorRate: (sight, { errorRate: { max } }) =>
    judgeAbsoluteRate(sight, { guard: 'errorRate', counted: 'failures', limit: max, said: 'failed' }),
  latency: (sight, { latency: { over, share } }) =>
    withLimit(sight, `latency ${over}`, over, (counted) =>
      judgeAbsoluteRate(sight, {
        guard: `latency ${over}`,
        counted,
        limit: share,
        said: `took over ${over}`,
      }),
    ),
  meanLatency: judgeMeanLatency,
  errorsAboveControl: (sight, { errorsAboveControl: { effect, margin = 0, slices, returnSlices } }) =>
    judgeAgainstControl(sight, {
      guard: 'errorsAboveControl',
      counted: 'failures',
      effect,
      margin,
      slices,
      returnSlices,
      said: 'failed',
    }),
  slowAboveControl: (sight, { slowAboveControl: { over, effect, margin = 0, slices, returnSlices } }) =>
    withLimit(sight, `slowAboveControl ${over}`, over, (counted) =>
      judgeAgainstControl(sight, {
        guard: `slowAboveControl ${over}`,
        counted,
        effect,
        margin,
        slices,
        returnSlices,
        said: `took over ${over}`,
      }),
    ),
};

/** What one guard says now by what gateways counted. */
export function judgeGuard(sight: Sight, guard: CountersGuard): GuardEvidence {
  const kind = Object.keys(guard)[0] as Kinds;
  return (meanings[kind] as (sight: Sight, guard: CountersGuard) => GuardEvidence)(sight, guard);
}

/** A latency that some gateway does not count yet says nothing. */
function withLimit(
  sight: Sight,
  guard: string,
  over: string,
  judge: (counted: number) => GuardEvidence,
): GuardEvidence {
  const counted = sight.history.limits.indexOf(parseDuration(over) ?? Number.NaN);
  if (counted >= 0) return judge(counted);
  const sentence = `requests over ${over} are not counted yet`;
  return guardEvidence(sight, guard, 'failures', { verdict: 'unknown', sentence, numbers: {} });
}
