import type { GuardEvidence } from '../health/health.ts';
import { type Turn } from './turn.ts';
/**
 * Takes back the levels that evidence says are worse by themselves, and no other: who they hold for is treated no more, and the step
 * is held anew. Undefined where nothing can be taken back alone: no such level has a condition of its own, it went back before, or
 * the release stands still.
 */
export declare function returnSlices(turn: Turn, evidence: readonly GuardEvidence[]): Turn | undefined;
