import type { GuardEvidence } from '../health/health.ts';
import { type Sight } from './sight.ts';
/** A limit on how much more of treatment than of its control may be bad. */
export type ControlLimit = {
    readonly guard: string;
    readonly counted: number | 'failures';
    readonly effect: number;
    readonly margin: number;
    readonly said: string;
    /** Levels compared by themselves as well; `returnSlices`: they may go back alone. */
    readonly slices?: readonly string[] | undefined;
    readonly returnSlices?: boolean | undefined;
};
/** How much of the budget windows have; the rest has the difference over the whole step, but for what slices have where some are named. */
export declare const WINDOWS_PART = 0.75;
/**
 * Bad when treatment is surely worse than its concurrent control by more than the margin: most of the budget watches windows of
 * all lengths for gross faults; the rest an asymptotic confidence sequence of the difference between sub-buckets (Waudby-Smith
 * et al. 2024), from 30 units each. Levels are compared each within itself. Good when the declared effect is excluded.
 */
export declare function judgeAgainstControl(sight: Sight, limit: ControlLimit): GuardEvidence;
