import type { MeasuredGuard } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { combineHealth, type GuardEvidence } from '../../health/health.ts';
import { baselineOf } from './baseline-of.ts';
import {
  type MeasuredState,
  measuredEvidence,
  type Reading,
  readMeasured,
  startMeasured,
} from './measured.ts';

const queue: MeasuredGuard = { metric: { name: 'queue', query: 'queue_length', max: 100 } };
const silent: Reading = { unknown: 'connection refused' };

/** Asks every five seconds from 0 on; the verdict after each answer. */
function play(guard: MeasuredGuard, readings: readonly Reading[]) {
  let state: MeasuredState = startMeasured(0);
  const verdicts = readings.map((reading, index) => {
    const now = 5_000 * (index + 1);
    state = JSON.parse(JSON.stringify(readMeasured(guard, state, reading, now))) as MeasuredState;
    return measuredEvidence(guard, state, now).verdict;
  });
  return { state, verdicts };
}

const of = (...values: number[]): Reading[] => values.map((value) => ({ value }));

describe('a guard on a number measured elsewhere', () => {
  test('is bad after three answers in a row over the limit, and says since when', () => {
    const { state, verdicts } = play(queue, of(10, 200, 10, 200, 200, 200));
    expect(verdicts).toEqual(['good', 'undecided', 'good', 'undecided', 'undecided', 'bad']);
    expect(measuredEvidence(queue, state, 30_000)).toMatchObject({
      guard: 'metric queue',
      source: 'prometheus',
      sentence: '200, over 100 for 3 answers in a row',
      window: { from: 20_000, to: 30_000 },
    });
  });

  test('is unknown once the last answer is old, however the source fails, and never bad by silence', () => {
    const { state, verdicts } = play(queue, [...of(10), silent, silent, silent, silent, silent]);
    expect(verdicts).toEqual(['good', 'good', 'good', 'good', 'unknown', 'unknown']);
    expect(measuredEvidence(queue, state, 30_000).sentence).toBe(
      'nothing known from the metrics for 25 s: connection refused',
    );
    expect(play(queue, of(Number.NaN, Number.NaN)).verdicts).toEqual(['unknown', 'unknown']);
  });

  test('keeps a row over a short silence, and forgets it over a long one', () => {
    expect(play(queue, [...of(200, 200), silent, ...of(200)]).verdicts.at(-1)).toBe('bad');
    const outage = [silent, silent, silent, silent];
    expect(play(queue, [...of(200, 200), ...outage, ...of(200)]).verdicts.at(-1)).toBe('undecided');
  });

  test('knows again what it is told again', () => {
    const outage = [silent, silent, silent, silent];
    expect(play(queue, [...of(10), ...outage, ...of(10)]).verdicts.slice(-2)).toEqual(['unknown', 'good']);
  });

  test('waits for its first answer before it is unknown', () => {
    expect(measuredEvidence(queue, startMeasured(0), 4_000).verdict).toBe('undecided');
    expect(measuredEvidence(queue, startMeasured(0), 16_000).verdict).toBe('unknown');
  });
});

describe('a comparison with another number', () => {
  const caller: MeasuredGuard = {
    caller: { name: 'checkout', query: 'now', against: 'before', max: 2, floor: 0.01, rounds: 1 },
  };
  const verdict = (value: number, against?: number) =>
    play(caller, [{ value, ...(against === undefined ? {} : { against }) }]).verdicts[0];

  test('allows so many times as much', () => {
    expect([verdict(0.05, 0.03), verdict(0.07, 0.03)]).toEqual(['good', 'bad']);
    expect(measuredEvidence(caller, startMeasured(0), 0).source).toBe('caller');
  });

  test('calls nothing bad below its floor, and nothing good without a comparison', () => {
    expect([verdict(0.009, 0), verdict(0.011, 0), verdict(0.05)]).toEqual(['good', 'bad', 'unknown']);
  });
});

describe('a baseline', () => {
  const guard: MeasuredGuard = { baseline: { name: 'errors', query: 'rate', rounds: 1 } };

  test('is 1.8 times the mean of the days that are known', () => {
    const against = baselineOf([0.01, 0.02, 0.03, undefined, Number.NaN, undefined, undefined]);
    expect(against).toBeCloseTo(0.02, 12);
    const at = (value: number) => play(guard, [{ value, against: against! }]).verdicts[0];
    expect([at(0.0359), at(0.0361)]).toEqual(['good', 'bad']);
  });

  test('compares nothing with days on which there was nothing, unless it has a floor', () => {
    const now = (value: number, floor = 0) => {
      const { baseline } = guard as Extract<MeasuredGuard, { baseline: unknown }>;
      return play({ baseline: { ...baseline, floor } }, [{ value, against: 0 }]).verdicts[0];
    };
    expect([now(0), now(0.5), now(0.5, 0.1), now(0.05, 0.1)]).toEqual(['good', 'unknown', 'bad', 'good']);
  });

  test('says what its limit is made of', () => {
    const { state } = play(guard, [{ value: 0.5, against: 0.1 }]);
    expect(measuredEvidence(guard, state, 5_000).sentence).toBe(
      '0.5, over 0.18 (1.8 times what it was at this time of the last 7 days) for 1 answers in a row',
    );
  });

  test('is unknown while fewer than three days are', () => {
    expect(baselineOf([0.01, 0.02, undefined])).toBeUndefined();
    const { state, verdicts } = play(guard, of(0.5));
    expect([verdicts, state.silent?.why]).toEqual([
      ['unknown'],
      'what it was at this time is known of fewer than three of the days before',
    ]);
  });
});

describe('two sources', () => {
  const counters = (verdict: GuardEvidence['verdict']) => ({ verdict, sentence: verdict }) as GuardEvidence;

  test('each take a release back while the other is silent', () => {
    const down = play(queue, [...of(10), silent, silent, silent, silent]);
    const unknown = measuredEvidence(queue, down.state, 25_000);
    const bad = play(queue, of(200, 200, 200));
    const measured = measuredEvidence(queue, bad.state, 15_000);
    expect(combineHealth([counters('bad'), unknown]).verdict).toBe('bad');
    expect(combineHealth([counters('unknown'), measured]).verdict).toBe('bad');
    expect(combineHealth([counters('good'), unknown]).verdict).toBe('unknown');
  });
});
