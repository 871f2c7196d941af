import { type MetricEvidence } from './evidence.ts';
import type { Gate } from './gate.ts';
/**
 * Non-inferiority of every guardrail: its whole interval must lie above the loss that is acceptable. A loss that surely
 * exceeds the margin is harm; one that may still exceed it waits. All must pass, so no level is divided.
 */
export declare function guardrailGate(metrics: readonly MetricEvidence[]): Gate;
