export {
  type AbortSignal,
  type Answer,
  type Client,
  type ClientOptions,
  createClient,
  type Fetch,
  type ReleaseCommand,
} from './client.ts';
export type { Circuit, CounterRow, Counters, CountersAnswer } from './counters/counters.ts';
export { SUB_BUCKETS } from './counters/sub-bucket.ts';
export { type ErrorCode, type ErrorRow, errorAnchor, errors, isErrorCode } from './errors.ts';
export { COMMENT, formatEvent, type StreamEvent } from './event-stream/format.ts';
export { createEventParser, type EventParser, type ReceivedEvent } from './event-stream/parse.ts';
export { matchesEntityTag } from './ofrep/entity-tag.ts';
export {
  type Evaluation,
  type EvaluationErrorCode,
  type EvaluationMetadata,
  type EvaluationReason,
  evaluationStatus,
  toEvaluation,
} from './ofrep/outcome.ts';
export type {
  OfrepBulk,
  OfrepErrorCode,
  OfrepEventStream,
  OfrepFailure,
  OfrepRequest,
  OfrepSuccess,
} from './ofrep/shape.ts';
export { RELEASE_PHASES } from './release/parts.ts';
export type { ReleaseCommandRequest } from './release/release-command.ts';
export type { PlanAnswer } from './release/release-plan.ts';
export type {
  ArmTraffic,
  LadderLevel,
  LandingEdit,
  ReleaseLogLine,
  ReleaseView,
  RollbackView,
} from './release/release-view.ts';
export {
  cookieIn,
  isRequestAttribute,
  REQUEST_TYPES,
  type RequestAttribute,
  type RequestAttributes,
  type RequestParts,
  requestAttribute,
} from './request/attributes.ts';
export { type Client as HttpClient, clientOf } from './request/client-address.ts';
export {
  type DeveloperClaim,
  developerPayload,
  LONGEST_DEVELOPER_TOKEN,
  readDeveloperToken,
  type UncheckedClaim,
  writeDeveloperToken,
} from './request/developer-token.ts';
export { type Network, parseNetwork } from './request/ip.ts';
export type { Access, Route } from './route.ts';
export { basePath, type RouteId, routePath, routes } from './routes.ts';
export type {
  Acknowledgement,
  AcknowledgementAnswer,
  ReceiverClass,
  ReceiverView,
  UnsupportedFlag,
} from './sync/acknowledgement.ts';
export {
  deltaAt,
  formatSyncEvent,
  type ParsedSyncEvent,
  parseSyncEvent,
  type SignedSuccession,
  type SyncEvent,
  type WireDelta,
} from './sync/event.ts';
export { readSignedHead } from './sync/head.ts';
export { formatPosition, type Position, parsePosition } from './sync/position.ts';
export { createSnapshotParser, formatSnapshot, parseSnapshot } from './sync/snapshot-text.ts';
export {
  isUnderWay,
  quorumOf,
  TWO_PHASE_SIZE,
  type TwoPhaseChange,
  type TwoPhasePhase,
} from './two-phase/change.ts';
export {
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorState,
  type CoordinatorStep,
  coordinate,
  nextWake,
  recover,
  type TwoPhaseTerms,
} from './two-phase/coordinator.ts';
export {
  beginReceiving,
  isLive,
  type Prepared,
  receive,
  type StageProgress,
  stagedBy,
  type TwoPhaseReceiverEffect,
  type TwoPhaseReceiverEvent,
  type TwoPhaseReceiverState,
  type TwoPhaseReceiverStep,
} from './two-phase/receiver.ts';
export type { TwoPhaseAnswer, TwoPhaseRequest, TwoPhaseView } from './two-phase/two-phase-view.ts';
export type { BackupMade } from './wire/backup.ts';
export type {
  Applied,
  ApplyRequest,
  Origin,
  OverrideRequest,
  RollbackRequest,
  StoredResource,
  TargetRequest,
  WireDiff,
  WireMovement,
  WireOverride,
} from './wire/change.ts';
export type { DeveloperToken, DeveloperTokenRequest } from './wire/developer.ts';
export { type Failure, failure, readFailure } from './wire/failure.ts';
export type { HistoryVerdict, WireChange, WireChangeDetail } from './wire/history.ts';
export type { WireIssue } from './wire/issue.ts';
export type {
  ForgetRequest,
  Forgotten,
  KeyRole,
  KeysView,
  RotateRequest,
  WireKey,
} from './wire/keys.ts';
export type { AuthorStatus, Status } from './wire/status.ts';
