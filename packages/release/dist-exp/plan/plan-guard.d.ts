import { type Guard } from '@ombre/decide/model';
import type { PlannedGuard, TrafficEstimate } from './plan.ts';
/** Requests a second in each arm, how long the step is held (ms), and the false alarms a guard may cause there. */
export type Setting = {
    readonly treated: number;
    readonly control: number;
    readonly dwell: number;
    readonly longest: number;
    readonly alpha: number;
    readonly traffic: TrafficEstimate;
};
/** What one guard can see at one step. */
export declare function planGuard(guard: Guard, setting: Setting): PlannedGuard;
