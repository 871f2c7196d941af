export { murmur3 } from './bucketing/murmur3.ts';
export { type CelIssue, type CheckResult, checkExpression } from './cel/check.ts';
export { attributeType, type CelEnvironment, targetingKey } from './cel/environment.ts';
export { type CelFunction, type CelOverload, globalFunction, method, overload } from './cel/function.ts';
export { type CelType, formatType, parseType } from './cel/type.ts';
export { CelError, type CelValue } from './cel/value.ts';
export { type Advanced, advanceInSteps, advanceSnapshot } from './engine/advance.ts';
export type { Context } from './engine/bound.ts';
export type { CodeVocabulary, Enricher } from './engine/code-vocabulary.ts';
export { type CompileOptions, compileInSteps, compileSnapshot } from './engine/compile.ts';
export { type Bound, bind, evaluate, flagReader } from './engine/evaluate.ts';
export { failedOutcome } from './engine/outcomes.ts';
export type { Snapshot, Unsupported } from './engine/snapshot.ts';
export { explain } from './explain/explain.ts';
export type {
  ExplainedAllocation,
  ExplainedAttribute,
  ExplainedExpression,
  ExplainedStep,
  Explanation,
} from './explain/explanation.ts';
export { parseDuration } from './model/duration.ts';
export type { Ahead, Arm, Outcome, OutcomeError, Reason } from './outcome.ts';
export { type Applied, applyDelta, applyDeltaInSteps, type DeltaRefusal } from './snapshot/apply-delta.ts';
export { canonicalJson } from './snapshot/canonical-json.ts';
export { decodeEntries } from './snapshot/decode.ts';
export type { Delta, IdChange } from './snapshot/delta.ts';
export { diffInSteps, diffSnapshots } from './snapshot/diff.ts';
export { encodeInSteps, encodeSnapshot, patchInSteps, patchSnapshot } from './snapshot/encode.ts';
export {
  type Encoded,
  type Entry,
  type EntryKind,
  entryKey,
  FORMAT,
  type Manifest,
  type Sha256,
} from './snapshot/entry.ts';
export { type Head, headPayload, type SignedHead } from './snapshot/head.ts';
export { type Verified, verifyEncoded, verifyInSteps } from './snapshot/verify.ts';
