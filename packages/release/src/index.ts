export {
  adjustedOf,
  type Evidence,
  type Measured,
  type MetricEvidence,
  measured,
  type QualityEvidence,
  type TrailStep,
} from './conclusion/evidence.ts';
export type { Gate } from './conclusion/gate.ts';
export type { Cell, PrimaryReading } from './conclusion/primary-reading.ts';
export { replay } from './conclusion/replay.ts';
export { type ConclusionRules, defaultRules } from './conclusion/rules.ts';
export { conclude, type Decision, type Verdict } from './conclusion/verdict.ts';
