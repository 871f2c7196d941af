export type { Effect, Topic } from './climb/effect.ts';
export type { Command, Receivers, ReleaseEvent, Traffic } from './climb/event.ts';
export { type ClimbStep, stepAt } from './climb/position.ts';
export { type RollbackParts, rollbackParts, rollbackSentence } from './climb/rollback-parts.ts';
export {
  type Blast,
  type FreezeCause,
  type Frozen,
  type PendingMove,
  type Phase,
  type Position,
  type ProbeRounds,
  type ReleaseState,
  type RollbackRecord,
  startRelease,
  type Undoing,
  type WaitingGate,
} from './climb/state.ts';
export { step } from './climb/step.ts';
export type { Decision } from './conclusion/decision.ts';
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
export { conclude, type Verdict } from './conclusion/verdict.ts';
export { baselineOf } from './guards/measured/baseline-of.ts';
export {
  type MeasuredState,
  measuredEvidence,
  type Reading,
  readMeasured,
  startMeasured,
} from './guards/measured/measured.ts';
export { measuredName, type Question, questionOf } from './guards/measured/question.ts';
export {
  type CircuitReport,
  type CircuitsAround,
  circuitEvidence,
  failsAlike,
  type SeenCircuit,
} from './health/circuits.ts';
export { type CountersReport, type CountersReportRow, rowKey } from './health/counters-report.ts';
export { combineHealth, type GuardEvidence, type Health, type HealthVerdict } from './health/health.ts';
export {
  ALPHA,
  type HealthMemory,
  type HealthState,
  judgeHealth,
  REMEMBERED,
  remember,
} from './health/judge-health.ts';
export { createLedger, type Ledger } from './health/ledger.ts';
export type { ArmTally, Tally } from './health/tally.ts';
export { type UnableReceiver, unableEvidence } from './health/unable-receivers.ts';
export { touchable } from './plan/exposure.ts';
export { heldOutAt } from './plan/held-out.ts';
export type { PlannedGuard, PlannedStep, ReleasePlan, TrafficEstimate } from './plan/plan.ts';
export { planRelease } from './plan/plan-release.ts';
export { backOff } from './saga/back-off.ts';
export type { CallOut, SagaAction } from './saga/call-out.ts';
export { type Held, type Participation, participate } from './saga/participate.ts';
export { type BegunStep, isFinal, isUnderWay, type OpenCall, type SagaState } from './saga/saga-state.ts';
export { type CrowdPlan, ordinaryCrowd } from './simulation/crowd.ts';
export { type PlayedRegion, playRegion, type RegionPlay } from './simulation/play-region.ts';
export { type PlayedRelease, playRelease, type ReleasePlay } from './simulation/play-release.ts';
export {
  type PlayedTrouble,
  playTrouble,
  REGION,
  type Trouble,
  type TroublePlay,
} from './simulation/play-trouble.ts';
