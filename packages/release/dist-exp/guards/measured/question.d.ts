import { type MeasuredGuard } from '@ombre/decide/model';
/** What a measured guard asks and when it is over its limit; times in ms. */
export type Question = {
    readonly source: 'prometheus' | 'caller';
    readonly query: string;
    /** What it is compared with; absent: with `limit` itself. */
    readonly against?: {
        readonly query: string;
    } | {
        readonly days: number;
    };
    /** The limit, or how many times what it is compared with is allowed. */
    readonly limit: number;
    readonly floor: number;
    readonly rounds: number;
    readonly every: number;
};
/** A guard with its defaults. */
export declare function questionOf(guard: MeasuredGuard): Question;
/** `metric queue`, `caller checkout`, `baseline errors`: as it appears in evidence. */
export declare function measuredName(guard: MeasuredGuard): string;
