import type { MeasuredGuard } from '@ombre/decide/model';
import type { GuardEvidence } from '../../health/health.ts';
/** What a metrics source answered to a guard's question: the worst of its series, and what it is compared with. */
export type Reading = {
    readonly value: number;
    readonly series?: string;
    readonly against?: number;
} | {
    readonly unknown: string;
};
/** What a measured guard remembers. Plain JSON. */
export type MeasuredState = {
    /** When it began to ask, and the last known answer with its limit; times in ms since 1970. */
    readonly since: number;
    readonly last?: {
        readonly at: number;
        readonly value: number;
        readonly limit: number;
        readonly series?: string;
    };
    /** Known answers over the limit in a row, and when the first of them came. */
    readonly over: number;
    readonly overSince?: number;
    /** Why nothing is known, since when. */
    readonly silent?: {
        readonly why: string;
        readonly since: number;
    };
};
/** Before the first answer. */
export declare function startMeasured(now: number): MeasuredState;
/**
 * Takes an answer. One over the limit counts towards a row, one that is not ends it; an unknown one does neither, except that
 * a row does not outlive the time after which an answer is too old to count.
 */
export declare function readMeasured(guard: MeasuredGuard, state: MeasuredState, reading: Reading, now: number): MeasuredState;
/** What the guard says now: bad after enough answers in a row over the limit, good on one that is not, unknown while none is recent. */
export declare function measuredEvidence(guard: MeasuredGuard, state: MeasuredState, now: number): GuardEvidence;
