export {
  type Checker,
  type CheckOptions,
  checkResources,
  createChecker,
  defaultQuotas,
  type Quotas,
} from './check/check-resources.ts';
export {
  createDeclarer,
  type DeclaredSources,
  type DeclareOptions,
  type Declarer,
  declareSources,
} from './declare-sources.ts';
export type { Movement } from './diff/computed-movement.ts';
export { type DiffOptions, diffResources, type ResourceDiff } from './diff/diff-resources.ts';
export type { PathChange } from './diff/structural-diff.ts';
export { formatResources } from './format/format-resources.ts';
export { type CodeRow, codes, type IssueCode } from './issue/codes.ts';
export { anchorOf, type FormatOptions, formatIssue } from './issue/format-issue.ts';
export type { Issue, RelatedPlace } from './issue/issue.ts';
export { jsonSchema } from './schema/json-schema.ts';
export type { Draft } from './shape/draft.ts';
export { unsaidShares, withLevelShares } from './shape/level-shares.ts';
export { keyOf, sortResources } from './source/canonical-order.ts';
export type { Declared } from './source/declared.ts';
export { type SourceLimits, sourceLimits } from './source/limits.ts';
export { type ParseOptions, parseSources } from './source/parse-sources.ts';
export type { Positions } from './source/positions.ts';
export type { SourceFile, Spot } from './source/source-file.ts';
