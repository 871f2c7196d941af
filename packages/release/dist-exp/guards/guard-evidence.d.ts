import type { GuardEvidence, HealthVerdict } from '../health/health.ts';
import { type Snapshot } from '../health/history.ts';
import { type Sight, type Window } from './sight.ts';
/** What a guard found, before it is written down as evidence. */
export type Finding = {
    readonly verdict: HealthVerdict;
    readonly sentence: string;
    readonly numbers: Readonly<Record<string, number | undefined>>;
    /** The stretch it rests on; absent: all since the evidence began. */
    readonly window?: Window | undefined;
    /** Where what was found most likely began; absent: where the window does. */
    readonly began?: Snapshot | undefined;
    /** Levels that alone shall go back. */
    readonly returns?: readonly string[];
};
/**
 * A finding with its window, numbers and series. A silent or broken source leaves only bad as it is: what is known is not enough
 * to call anything else.
 */
export declare function guardEvidence(sight: Sight, guard: string, counted: number | 'failures', finding: Finding): GuardEvidence;
/** `0.5 %`, with three digits. */
export declare function percent(share: number): string;
