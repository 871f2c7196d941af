import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Evidence, type MetricEvidence, measured } from './evidence.ts';
import { replay } from './replay.ts';
import { defaultRules } from './rules.ts';
import { conclude } from './verdict.ts';

const fine = { units: { treatment: 50_000, control: 50_000 }, days: 14, sampleRatioP: 0.4 };

function metric(estimate: number, standardError: number, rest: Partial<MetricEvidence> = {}): MetricEvidence {
  const raw = measured(estimate, standardError);
  return { name: 'conversion', role: 'primary', better: 'higher', scale: 'share', raw, trail: [], ...rest };
}

function evidence(metrics: MetricEvidence[], quality: Partial<Evidence['quality']> = {}): Evidence {
  return { subject: 'submit-v2', quality: { ...fine, ...quality }, metrics, digests: { data: 'ab12' } };
}

function decide(metrics: MetricEvidence[], quality: Partial<Evidence['quality']> = {}) {
  return conclude(evidence(metrics, quality), defaultRules);
}

describe('the four cells', () => {
  test('sure and large enough: release', () => {
    const verdict = decide([metric(0.012, 0.003)]);
    expect(verdict.decision).toBe('release');
    expect(verdict.confidentlyAbove).toBe(false);
    expect(verdict.notes[0]).toContain('half of the changes');
    expect(verdict.sentence).toBe(
      'Release submit-v2: conversion changed by +1.2 points (+0.612 points to +1.79 points), at least the 0.8 points that are worth having.',
    );
    expect(decide([metric(0.02, 0.003)]).confidentlyAbove).toBe(true);
  });

  test('sure but small: do not adopt', () => {
    expect(decide([metric(0.006, 0.002)]).decision).toBe('dont-adopt');
  });

  test('large but not sure: anomaly, with an alert', () => {
    const verdict = decide([metric(0.03, 0.02)]);
    expect([verdict.decision, verdict.alert]).toEqual(['anomaly', true]);
  });

  test('neither: go on; or equivalent; or underpowered, saying what is missing', () => {
    expect(decide([metric(0.0054, 0.00285)]).decision).toBe('go-on');
    expect(decide([metric(0.001, 0.002)]).decision).toBe('equivalent');
    const open = decide([metric(0.001, 0.02)]);
    expect(open.decision).toBe('underpowered');
    // 50,000 × ((1.96 + 0.84) · 0.02 / 0.008)², from the textbook formula.
    expect(open.primaries[0]!.unitsPerArmNeeded / 2_452_775).toBeCloseTo(1, 4);
    expect(open.sentence).toContain('an arm');
  });

  test('sure and bad: take back, and sooner than the days are up', () => {
    expect(decide([metric(-0.02, 0.006)]).decision).toBe('harm');
    expect(decide([metric(-0.02, 0.006)], { days: 1 }).decision).toBe('harm');
    const few = { units: { treatment: 30, control: 30 } };
    expect(decide([metric(-0.02, 0.006)], few).decision).toBe('wait');
  });

  test('less is better where the metric says so', () => {
    expect(decide([metric(-0.012, 0.003, { better: 'lower' })]).decision).toBe('release');
    expect(decide([metric(0.012, 0.003, { better: 'lower' })]).decision).toBe('harm');
  });

  test('half of the changes that are exactly worth having are released', () => {
    // Estimates symmetric about the threshold, all significant: exactly half lie above.
    const released = Array.from({ length: 1000 }, (_, i) => 0.008 + ((i - 499.5) / 1000) * 0.002).filter(
      (estimate) => decide([metric(estimate, 0.001)]).decision === 'release',
    );
    expect(released).toHaveLength(500);
  });
});

describe('the gates before', () => {
  test('a broken randomiser vetoes whatever the numbers say', () => {
    const verdict = decide([metric(0.05, 0.003)], { sampleRatioP: 1e-6 });
    expect([verdict.decision, verdict.alert]).toEqual(['veto', true]);
    expect(verdict.sentence).toContain('contradicts the weights');
    expect(decide([metric(-0.05, 0.003)], { sampleRatioP: 1e-6 }).decision).toBe('veto');
  });

  test('units in several arms and treated units without overlap veto past their share', () => {
    expect(decide([metric(0.05, 0.003)], { unitsInSeveralArms: 0.02 }).decision).toBe('veto');
    expect(decide([metric(0.05, 0.003)], { withoutOverlap: 0.3 }).decision).toBe('veto');
    expect(decide([metric(0.05, 0.003)], { unitsInSeveralArms: 0.002, withoutOverlap: 0.05 }).decision).toBe(
      'release',
    );
  });

  test('too few units or days wait, and say how many', () => {
    const verdict = decide([metric(0.05, 0.003)], { units: { treatment: 800, control: 5000 }, days: 3 });
    expect(verdict.decision).toBe('wait');
    expect(verdict.sentence).toBe(
      'Wait with submit-v2: an arm has 800 of 1,000 units; 3 of 7 days have passed.',
    );
  });

  test('a guardrail must be shown not to suffer', () => {
    const latency = (estimate: number, error: number) =>
      metric(estimate, error, {
        name: 'latency',
        role: 'guardrail',
        better: 'lower',
        scale: 'value',
        margin: 20,
      });
    expect(decide([metric(0.02, 0.003), latency(5, 3)]).decision).toBe('release');
    expect(decide([metric(0.02, 0.003), latency(15, 8)]).decision).toBe('wait');
    const harmed = decide([metric(0.02, 0.003), latency(60, 8)]);
    expect(harmed.decision).toBe('harm');
    expect(harmed.sentence).toContain('latency');
  });

  test('several primary metrics share one level', () => {
    const lucky = metric(0.009, 0.0041);
    expect(decide([lucky]).decision).toBe('release');
    const many = [lucky, ...['a', 'b', 'c'].map((name) => metric(0.0001, 0.004, { name }))];
    const verdict = decide(many);
    expect(verdict.decision).toBe('anomaly');
    expect(verdict.primaries[0]!.familyP).toBeCloseTo(4 * lucky.raw.p, 12);
  });

  test('without a primary metric there is nothing to conclude', () => {
    expect(decide([]).decision).toBe('wait');
  });
});

describe('the record', () => {
  test('keeps raw and adjusted numbers side by side with the trail between them', () => {
    const raw = measured(0.012, 0.007);
    const to = measured(0.0115, 0.003);
    const trail = [{ step: 'cuped', detail: 'conversion of the week before', from: raw, to }];
    const verdict = decide([metric(0, 1, { raw, trail })]);
    expect(verdict.decision).toBe('release');
    expect(verdict.primaries[0]!.raw).toEqual(raw);
    expect(verdict.primaries[0]!.adjusted).toEqual(to);
    expect(verdict.evidence.metrics[0]!.trail).toEqual(trail);
  });

  test('is replayed to the bit after being written down, and a touched one is found out', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (estimate, error, p) => {
          const verdict = decide([metric(estimate, error), metric(error, error, { name: 'b' })], {
            sampleRatioP: p,
          });
          const stored = JSON.parse(JSON.stringify(verdict)) as typeof verdict;
          expect(replay(stored).same).toBe(true);
          expect(replay({ ...stored, sentence: `${stored.sentence} ` }).same).toBe(false);
        },
      ),
    );
  });
});

type Row = { name: string; estimate: number; se: number; threshold: number };
type Want = Row & {
  p: number;
  ci95: [number, number];
  rule_p_and_point: string;
  rule_superiority_margin: string;
  p_one_sided_vs_threshold: number;
};
type DecisionCase = {
  id: string;
  method: string;
  inputs: { rows: Row[] };
  expected: { rows: Want[] };
  rel_tol: number;
};

const path = new URL('../../../../../shared/oracles.json', import.meta.url);

describe.skipIf(!existsSync(path))('decision oracles (skipped where ../shared is absent)', () => {
  const file = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as { cases: DecisionCase[] })
    : { cases: [] };
  const byPoint: Record<string, string[]> = {
    ship: ['release'],
    no_practical_effect: ['dont-adopt'],
    stop: ['harm'],
    inconclusive: ['anomaly', 'go-on'],
  };
  const byInterval: Record<string, string> = {
    ship: 'confidently-above',
    equivalent: 'equivalent',
    stop: 'harm',
    inconclusive: 'open',
  };

  for (const one of file.cases.filter(({ method }) => method === 'decision_table')) {
    one.expected.rows.forEach((want, i) => {
      test(`${one.id}: ${want.name}`, () => {
        const { estimate, se, threshold } = one.inputs.rows[i]!;
        const [reading] = decide([metric(estimate, se, { threshold })]).primaries;
        const close = (got: number, expected: number) =>
          expect(Math.abs(got / expected - 1)).toBeLessThan(one.rel_tol);
        close(reading!.adjusted.p, want.p);
        close(reading!.adjusted.low, want.ci95[0]);
        close(reading!.adjusted.high, want.ci95[1]);
        close(reading!.pAgainstThreshold, want.p_one_sided_vs_threshold);
        expect(byPoint[want.rule_p_and_point]).toContain(reading!.cell);
        expect(reading!.interval).toBe(byInterval[want.rule_superiority_margin]);
      });
    });
  }
});
