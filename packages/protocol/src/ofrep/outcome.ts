import type { Outcome, OutcomeError, Reason } from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';

/** OpenFeature's reasons that Ombre gives. DEFAULT is missing from OFREP's schema but sent by its ADR 6 and by other servers. */
export type EvaluationReason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'ERROR';

/** OpenFeature's error codes that an outcome can have. */
export type EvaluationErrorCode = 'FLAG_NOT_FOUND' | 'TARGETING_KEY_MISSING' | 'GENERAL';

/** Facts about an evaluation; scalars only, as OFREP demands. */
export type EvaluationMetadata = Readonly<Record<string, string | number | boolean>>;

export type Evaluation =
  | {
      readonly reason: EvaluationReason;
      readonly value: JsonValue;
      readonly variant?: string;
      readonly metadata: EvaluationMetadata;
      readonly errorCode?: never;
    }
  | {
      readonly errorCode: EvaluationErrorCode;
      readonly errorDetails: string;
      readonly metadata: EvaluationMetadata;
      readonly value?: never;
    };

const reasons: Readonly<Record<Reason, EvaluationReason>> = {
  static: 'STATIC',
  default: 'DEFAULT',
  rule: 'TARGETING_MATCH',
  target: 'TARGETING_MATCH',
  split: 'SPLIT',
  release: 'SPLIT',
  kill: 'DISABLED',
  validity: 'DISABLED',
  prerequisite: 'DISABLED',
  error: 'ERROR',
};

const failures: Readonly<Record<OutcomeError, { code: EvaluationErrorCode; details: string }>> = {
  FLAG_NOT_FOUND: { code: 'FLAG_NOT_FOUND', details: 'there is no such flag' },
  TARGETING_KEY_MISSING: {
    code: 'TARGETING_KEY_MISSING',
    details: 'the flag needs a unit and the context has none',
  },
  FLAG_UNSUPPORTED: { code: 'GENERAL', details: 'the flag requires something this process does not have' },
  FLAG_BROKEN: { code: 'GENERAL', details: 'the flag cannot be compiled here' },
};

/** The one mapping from an outcome to OpenFeature and OFREP. An outcome without a value is always an error. */
export function toEvaluation(outcome: Outcome): Evaluation {
  const metadata = toMetadata(outcome);
  if (outcome.error !== undefined || outcome.value === undefined) {
    const failure = failures[outcome.error ?? 'FLAG_BROKEN'];
    return { errorCode: failure.code, errorDetails: `${outcome.flag}: ${failure.details}`, metadata };
  }
  const { value, variant } = outcome;
  const reason = reasons[outcome.reason];
  return variant === undefined ? { reason, value, metadata } : { reason, value, variant, metadata };
}

/** What decided, as scalars: `cause` is Ombre's own reason, finer than OpenFeature's. */
function toMetadata(outcome: Outcome): EvaluationMetadata {
  const metadata: Record<string, string | number | boolean> = { cause: outcome.error ?? outcome.reason };
  if (outcome.rule !== undefined) metadata.rule = outcome.rule;
  if (outcome.row !== undefined) metadata.row = outcome.row;
  if (outcome.release !== undefined) {
    metadata.release = outcome.release;
    metadata.arm = outcome.arm;
    if (outcome.level !== undefined) metadata.level = outcome.level;
    if (outcome.epoch !== undefined) metadata.epoch = outcome.epoch;
  }
  const action = outcome.action;
  if (action !== undefined) {
    if ('deny' in action) metadata.action = 'deny';
    else if ('throttle' in action) {
      metadata.action = 'throttle';
      metadata.throttle = action.throttle;
    } else {
      metadata.action = 'degrade';
      metadata.degrade = action.degrade;
    }
  }
  return metadata;
}

/** The HTTP status of a single evaluation in OFREP. */
export function evaluationStatus(evaluation: Evaluation): 200 | 400 | 404 {
  if (evaluation.errorCode === undefined) return 200;
  return evaluation.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400;
}
