import type { QualityEvidence } from './evidence.ts';
import type { Gate } from './gate.ts';
import type { ConclusionRules } from './rules.ts';
/** Vetoes data that cannot be trusted, and waits for data that are too few or cover too few days. */
export declare function qualityGate(quality: QualityEvidence, rules: ConclusionRules): Gate;
