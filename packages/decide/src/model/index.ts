export { parseDuration } from './duration.ts';
export type { Action, FlagSpec, FlagType, OnError, Prerequisite, Rule, Validity } from './flag.ts';
export type { HoldoutSpec } from './holdout.ts';
export type { JsonValue } from './json.ts';
export type { Override } from './override.ts';
export { overrideSchema, placementSchema } from './owned.ts';
export { bandsOf, cutOf } from './release/bands.ts';
export type { Consistency, PostgresConsistency } from './release/consistency.ts';
export type { Gate } from './release/gate.ts';
export type { BaselineGuard } from './release/guards/baseline.ts';
export {
  type CountersGuard,
  type Guard,
  isMeasured,
  latencyLimits,
  type MeasuredGuard,
} from './release/guards/guard.ts';
export type { MeanLatencyGuard } from './release/guards/mean-latency.ts';
export type { MetricQuestion } from './release/guards/metric-question.ts';
export type { LayerRange } from './release/layer.ts';
export type { Level, LevelStep } from './release/level.ts';
export { type Placement, START } from './release/placement.ts';
export type { HttpProbe } from './release/probes/http.ts';
export type { MetricProbe } from './release/probes/metric.ts';
export type { Probe, Probes } from './release/probes/probes.ts';
export type { ReleaseSpec } from './release/release.ts';
export type { CompensatedStep, ReservedStep, SagaCall, SagaStep } from './release/saga.ts';
export {
  API_VERSION,
  type Kind,
  type Metadata,
  metadataSchema,
  RESERVED_KINDS,
  type Resource,
  type ResourceOf,
  resourceSchema,
  type Specs,
  specSchemas,
} from './resource.ts';
export { attributeName, condition, duration, instant, label, name, share } from './scalars.ts';
export type { SegmentSpec } from './segment.ts';
export type { Algorithm, Serve, ServeShare, ServeSplit, ServeTable, ServeVariant } from './serve.ts';
export { MILLION, shareInMillionths } from './share.ts';
export type { Cell, Dimension, Row, TableSpec } from './table.ts';
export type { BreakerSpec, Endpoint, UpstreamSpec } from './upstream.ts';
export type { Attribute, VocabularySpec } from './vocabulary.ts';
