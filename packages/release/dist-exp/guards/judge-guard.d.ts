import { type CountersGuard } from '@ombre/decide/model';
import type { GuardEvidence } from '../health/health.ts';
import type { Sight } from './sight.ts';
/** What one guard says now by what gateways counted. */
export declare function judgeGuard(sight: Sight, guard: CountersGuard): GuardEvidence;
