import type { GuardEvidence } from '../health/health.ts';
import { type Sight } from './sight.ts';
/** A limit on the share of bad requests: `counted` says which are bad, `said` says it for people. */
export type RateLimit = {
    readonly guard: string;
    readonly counted: number | 'failures';
    readonly limit: number;
    readonly said: string;
};
/**
 * Bad when windows of all lengths that end now say together that the rate is surely above the limit: exact, by sub-buckets of
 * units. Where so few units are treated that sub-buckets say nothing, only a rate surely above one
 * half is bad. Unknown when control breaks the limit alike. Good when the rate surely lies below the limit.
 */
export declare function judgeAbsoluteRate(sight: Sight, { guard, counted, limit, said }: RateLimit): GuardEvidence;
