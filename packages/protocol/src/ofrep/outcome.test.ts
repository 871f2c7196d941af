import type { Outcome, OutcomeError, Reason } from '@ombre/decide';
import { describe, expect, test } from 'vitest';
import { evaluationStatus, toEvaluation } from './outcome.ts';

const outcome: Outcome = {
  flag: 'price',
  value: 7,
  variant: 'seven',
  reason: 'rule',
  rule: 'vip',
  row: undefined,
  action: undefined,
  release: undefined,
  level: undefined,
  arm: 'none',
  epoch: undefined,
  ahead: undefined,
  error: undefined,
};

describe('an outcome in OpenFeature', () => {
  test.each<[Reason, string]>([
    ['static', 'STATIC'],
    ['default', 'DEFAULT'],
    ['rule', 'TARGETING_MATCH'],
    ['target', 'TARGETING_MATCH'],
    ['split', 'SPLIT'],
    ['release', 'SPLIT'],
    ['kill', 'DISABLED'],
    ['validity', 'DISABLED'],
    ['prerequisite', 'DISABLED'],
  ])('by %s has the reason %s and its value', (reason, expected) => {
    expect(toEvaluation({ ...outcome, reason })).toMatchObject({
      reason: expected,
      value: 7,
      variant: 'seven',
    });
  });

  test.each<[OutcomeError, string, number]>([
    ['FLAG_NOT_FOUND', 'FLAG_NOT_FOUND', 404],
    ['TARGETING_KEY_MISSING', 'TARGETING_KEY_MISSING', 400],
    ['FLAG_UNSUPPORTED', 'GENERAL', 400],
    ['FLAG_BROKEN', 'GENERAL', 400],
  ])('with the error %s is %s, status %i', (error, code, status) => {
    const evaluation = toEvaluation({ ...outcome, reason: 'error', error });
    expect(evaluation).toMatchObject({ errorCode: code });
    expect(evaluationStatus(evaluation)).toBe(status);
  });

  test('always has a value or an error: a missing value is an error', () => {
    expect(toEvaluation({ ...outcome, value: undefined }).errorCode).toBe('GENERAL');
    expect(toEvaluation({ ...outcome, value: null })).toMatchObject({ value: null });
  });

  test('tells what decided in scalars', () => {
    const { metadata } = toEvaluation({
      ...outcome,
      row: 'r1',
      release: 'submit-v2',
      level: 'region',
      arm: 'treatment',
      epoch: 3,
      action: { throttle: 50 },
    });
    expect(metadata).toEqual({
      cause: 'rule',
      rule: 'vip',
      row: 'r1',
      release: 'submit-v2',
      level: 'region',
      arm: 'treatment',
      epoch: 3,
      action: 'throttle',
      throttle: 50,
    });
  });
});
