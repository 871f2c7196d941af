import { type MeanLatencyGuard } from '@ombre/decide/model';
import type { GuardEvidence } from '../health/health.ts';
import { type Sight } from './sight.ts';
/**
 * Bad when the mean latency of the epoch is surely above the limit: asymptotic confidence sequence between sub-buckets, from 30
 * units each (latencies have no bound, so nothing exact exists). Good when it surely lies below.
 */
export declare function judgeMeanLatency(sight: Sight, { meanLatency }: MeanLatencyGuard): GuardEvidence;
