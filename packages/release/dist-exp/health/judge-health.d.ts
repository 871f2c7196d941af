import { type ReleaseSpec } from '@ombre/decide/model';
import type { Traffic } from '../climb/event.ts';
import type { ReleaseState } from '../climb/state.ts';
import { type Health } from './health.ts';
import { type History } from './history.ts';
import type { Tally } from './tally.ts';
/** False alarms per climb: one budget, split beforehand over steps and the guards that judge what gateways count. */
export declare const ALPHA = 0.01;
/** What is remembered between ticks. Plain JSON; may be stored less often than each tick, and begins anew where it is lost. */
export type HealthState = {
    readonly epoch: number;
    /** When every receiver had activated the step; null while it spreads. */
    readonly begun: number | null;
    readonly history: History;
    /** Milliseconds at this step for which the budget was spent, and how often its evidence began anew. */
    readonly elapsed: number;
    readonly again: number;
    readonly ticked: number;
    /** Requests treatment had been given at the last tick. */
    readonly treated: number;
};
/**
 * Counters in, health out: what each guard of the release says, and their combination. Each tick looks once, so it may be
 * called as often as one likes. Give it the tally of `progress.placement.epoch`; add evidence of other sources with
 * `combineHealth([...health.evidence, ...others])`.
 */
export declare function judgeHealth(spec: ReleaseSpec, progress: ReleaseState, tally: Tally, state: HealthState | undefined, now: number): {
    readonly health: Health;
    readonly state: HealthState;
    readonly traffic: Traffic;
};
