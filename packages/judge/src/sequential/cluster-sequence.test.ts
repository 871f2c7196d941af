import { describe, expect, test } from 'vitest';
import { advanceClusterSequence, type ClusterTest, startClusterSequence } from './cluster-sequence.ts';
import type { SubBucketCount } from './sub-buckets.ts';

const errorRate: ClusterTest = { alpha: 0.01, tau: 0.02, contrast: 'difference', side: 'above' };

/** Every sub-bucket of both arms gets `units` new units; the error rates wobble a little from sub-bucket to sub-bucket. */
function batch(units: number, treatment: number, control: number): SubBucketCount[] {
  return (['treatment', 'control'] as const).flatMap((arm) =>
    Array.from({ length: 64 }, (_, subBucket) => {
      const rate =
        (arm === 'treatment' ? treatment : control) *
        (1 + 0.3 * Math.sin(subBucket * 1.7 + (arm === 'control' ? 1 : 0)));
      return { arm, subBucket, numerator: rate * units * 10, denominator: units * 10, newUnits: units };
    }),
  );
}

function run(test: ClusterTest, batches: SubBucketCount[][]) {
  let state = startClusterSequence(test);
  return batches.map((rows) => {
    const next = advanceClusterSequence(state, rows, test);
    if (next.refused) throw new Error(next.missing);
    state = next.state;
    return next.look;
  });
}

describe('the sequence over sub-buckets', () => {
  test('waits, then looks early on a small budget, then runs', () => {
    const looks = run(
      errorRate,
      Array.from({ length: 40 }, () => batch(1, 0.01, 0.01)),
    );
    const phases = looks.map((look) => look.phase);
    expect(phases.slice(0, 5)).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting']);
    expect(phases.filter((phase) => phase === 'early')).toHaveLength(4);
    expect(phases.slice(29).every((phase) => phase === 'sequence')).toBe(true);
    expect(looks.every((look) => !look.refuted)).toBe(true);
  });

  test('finds a worse treatment, not a better one, and does not forget it', () => {
    const worse = run(errorRate, [...Array.from({ length: 40 }, () => batch(1, 0.05, 0.01)), batch(1, 0, 0)]);
    expect(worse.at(-1)?.refuted).toBe(true);
    expect(worse.at(-1)?.p).toBeLessThanOrEqual(0.01);
    const better = run(
      errorRate,
      Array.from({ length: 40 }, () => batch(1, 0.01, 0.05)),
    );
    expect(better.at(-1)?.refuted).toBe(false);
    expect(better.at(-1)?.high).toBe(Number.POSITIVE_INFINITY);
  });

  test('judges treatment alone against a limit', () => {
    const limit: ClusterTest = { ...errorRate, contrast: 'treatment', nullValue: 0.05 };
    expect(
      run(
        limit,
        Array.from({ length: 40 }, () => batch(1, 0.08, 0)),
      ).at(-1)?.refuted,
    ).toBe(true);
    expect(
      run(
        limit,
        Array.from({ length: 40 }, () => batch(1, 0.045, 0)),
      ).at(-1)?.refuted,
    ).toBe(false);
  });

  test('runs on where nothing fails, and sees a version that fails everything', () => {
    const even = (treatment: number) =>
      (['treatment', 'control'] as const).flatMap((arm) =>
        Array.from({ length: 64 }, (_, subBucket) => {
          const denominator = 3;
          return {
            arm,
            subBucket,
            numerator: arm === 'treatment' ? treatment * denominator : 0,
            denominator,
            newUnits: 1,
          };
        }),
      );
    const silent = run(
      errorRate,
      Array.from({ length: 40 }, () => even(0)),
    ).at(-1);
    expect([silent?.phase, silent?.refuted, silent?.estimate]).toEqual(['sequence', false, 0]);
    const dead = run(
      errorRate,
      Array.from({ length: 7 }, () => even(1)),
    ).at(-1);
    expect(dead?.refuted).toBe(true);
  });

  test('does not look early at one arm for anything but a rise', () => {
    const both: ClusterTest = { ...errorRate, contrast: 'treatment', side: 'both', nullValue: 0.2 };
    const looks = run(
      both,
      Array.from({ length: 31 }, () => batch(1, 0.01, 0)),
    );
    expect(looks.slice(0, 29).map((look) => look.phase)).toEqual(Array.from({ length: 29 }, () => 'waiting'));
    expect(looks.at(-1)?.refuted).toBe(true);
  });

  test('its state survives being written down as JSON', () => {
    const first = advanceClusterSequence(startClusterSequence(errorRate), batch(7, 0.02, 0.01), errorRate);
    if (first.refused) throw new Error(first.missing);
    const restored = JSON.parse(JSON.stringify(first.state)) as typeof first.state;
    const rows = batch(40, 0.02, 0.01);
    expect(advanceClusterSequence(restored, rows, errorRate)).toEqual(
      advanceClusterSequence(first.state, rows, errorRate),
    );
  });

  test('does not change the state it was given', () => {
    const state = startClusterSequence(errorRate);
    const before = JSON.stringify(state);
    advanceClusterSequence(state, batch(50, 0.1, 0), errorRate);
    expect(JSON.stringify(state)).toBe(before);
  });

  test('uses the past of the same units to narrow the interval', () => {
    const noise = (k: number) => 1 + 0.5 * Math.sin(k * 2.3);
    const arm = (shift: number) => ({
      numerator: Array.from({ length: 64 }, (_, k) => 50 * noise(k + shift)),
      denominator: Array.from({ length: 64 }, () => 1000),
    });
    const rows = (['treatment', 'control'] as const).flatMap((name) =>
      Array.from({ length: 64 }, (_, k) => {
        const noisy = noise(k + (name === 'treatment' ? 0 : 100)) + 0.05 * Math.cos(k * 5.1);
        return { arm: name, subBucket: k, numerator: 60 * noisy, denominator: 1000, newUnits: 30 };
      }),
    );
    const before = { treatment: arm(0), control: arm(100) };
    const with_ = advanceClusterSequence(startClusterSequence(errorRate, before), rows, errorRate);
    const without = advanceClusterSequence(startClusterSequence(errorRate), rows, errorRate);
    if (with_.refused || without.refused) throw new Error('refused');
    expect(with_.look.cuped!.gain).toBeGreaterThan(0.9);
    expect(with_.look.standardError!).toBeLessThan(0.4 * without.look.standardError!);
  });

  test('refuses a sub-bucket that does not exist', () => {
    const rows = [{ arm: 'treatment', subBucket: 64, numerator: 0, denominator: 1 }] as const;
    expect(advanceClusterSequence(startClusterSequence(errorRate), rows, errorRate).refused).toBe(
      'INPUT_INVALID',
    );
  });
});
