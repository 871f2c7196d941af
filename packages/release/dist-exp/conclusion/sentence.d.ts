import type { MetricEvidence } from './evidence.ts';
import type { Gate } from './gate.ts';
import type { PrimaryReading } from './primary-reading.ts';
import type { Decision } from './verdict.ts';
/** The decision in one plain sentence. */
export declare function sentenceOf(subject: string, decision: Decision, gates: readonly Gate[], reading: PrimaryReading | undefined, metric: MetricEvidence | undefined): string;
