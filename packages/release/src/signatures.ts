import type { ReleaseSpec } from '@ombre/decide/model';
import type { Traffic } from './climb/event.ts';
import type { ReleaseState } from './climb/state.ts';
import type { CountersReport } from './health/counters-report.ts';
import type { Health } from './health/health.ts';
import type { Tally } from './health/tally.ts';
import type { ReleasePlan, TrafficEstimate } from './plan/plan.ts';

/** `createLedger`: sums the reports of gateways in memory; after a restart it asks each for a full report. */
export type Ledger = {
  /** Takes a report; `resend`: the next one must be full. */
  take(report: CountersReport, now: number): { readonly resend: boolean };
  /** A gateway that is gone (its lease ran out): its counts stay, its silence is no longer waited for. */
  leave(source: string): void;
  tally(release: string, epoch: number, now: number): Tally;
  /** Forgets a release that is over. */
  drop(release: string): void;
};

/** What `judgeHealth` remembers between ticks; plain JSON, may be stored less often than each tick. */
export type HealthState = unknown;

/** `judgeHealth`: counters in, health out. Add evidence of other sources with `combineHealth([...health.evidence, ...others])`. */
export type JudgeHealth = (
  spec: ReleaseSpec,
  progress: ReleaseState,
  tally: Tally,
  state: HealthState | undefined,
  now: number,
) => { readonly health: Health; readonly state: HealthState; readonly traffic: Traffic };

/** `planRelease`: what each step can see at this traffic. */
export type PlanRelease = (spec: ReleaseSpec, traffic: TrafficEstimate) => ReleasePlan;
