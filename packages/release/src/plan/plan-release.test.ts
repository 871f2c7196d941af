import type { ReleaseSpec } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { exposureAt } from './exposure.ts';
import { heldOutAt } from './held-out.ts';
import { planRelease } from './plan-release.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

function spec(more: Partial<ReleaseSpec> = {}): ReleaseSpec {
  return {
    flag: 'f',
    from: 'old',
    to: 'new',
    ladder: [
      { name: 'permille', share: 0.001, dwell: '30m' },
      { name: 'half', share: 0.5, dwell: '1h' },
      { name: 'full', share: 1, dwell: '1h' },
    ],
    guards: [{ errorsAboveControl: { effect: 0.005 } }],
    ...more,
  };
}

const thousand = { requestsPerSecond: 1000, designEffect: 1, failures: 0.005 };

describe('a plan', () => {
  test('agrees with the arithmetic of the fixed test: 0.5 to 1 % on one request a second takes about 40 minutes', () => {
    // One look at 1 %, one-sided, power 0.8, today's rate known: (2.326 √(.005 · .995) + .842 √(.01 · .99))² / .005² = 2,452 requests.
    const one = spec({
      ladder: [{ name: 'permille', share: 0.001, dwell: '1h' }],
      guards: [{ errorRate: { max: 0.01 } }],
    });
    const [guard] = planRelease(one, thousand).steps[0]!.guards;
    expect(guard!.fixedTest! / MINUTE).toBeCloseTo(40.9, 1);
    // Looking all the time costs something.
    expect(guard!.expected!).toBeGreaterThan(guard!.fixedTest!);
    expect(guard!.expected!).toBeLessThan(2 * guard!.fixedTest!);
  });

  test('refuses a step that cannot see the declared effect within its longest hold, and says what to do', () => {
    const { refused, steps } = planRelease(spec(), thousand);
    expect(refused).toBe(true);
    expect(steps.map(({ verdict }) => verdict)).toEqual(['refused', 'tested', 'not tested']);
    expect(steps[0]!.sentence).toMatch(
      /^permille at 0\.1 % \(0\.1 % of traffic, 1 requests\/s, beside 0\.1 % as control\): refused: errorsAboveControl/,
    );
    expect(steps[0]!.sentence).toContain('untested: true');
    expect(steps[2]!.sentence).toContain('no control');
  });

  test('lets it pass as not tested by explicit choice, or when it may be held long enough', () => {
    const [permille, ...others] = spec().ladder;
    const chosen = planRelease(spec({ ladder: [{ ...permille!, untested: true }, ...others] }), thousand);
    expect([chosen.refused, chosen.steps[0]!.verdict]).toEqual([false, 'not tested']);
    const expected = chosen.steps[0]!.guards[0]!.expected!;
    const longest = `${Math.ceil(expected / HOUR)}h`;
    const held = planRelease(spec({ ladder: [{ ...permille!, longest }, ...others] }), thousand);
    expect([held.refused, held.steps[0]!.verdict]).toEqual([false, 'tested']);
  });

  test('compares a level that treats all it holds for with what was before, if it climbed there and others are outside', () => {
    const region = { name: 'region', when: 'x', share: 1, dwell: '10m' };
    const last = (steps: object, matching: Readonly<Record<string, number>>) => {
      const ladder = [{ ...region, ...steps }];
      const guards = [{ errorsAboveControl: { effect: 0.02 } }];
      return planRelease(spec({ ladder, guards }), { ...thousand, matching }).steps.at(-1)!;
    };
    const steps = { steps: [{ share: 0.5, dwell: '10m' }] };
    const compared = last(steps, { region: 0.3 });
    expect([compared.verdict, compared.guards[0]!.applies]).toEqual(['tested', true]);
    expect(compared.guards[0]!.test).toContain('difference in differences');
    expect(last({}, { region: 0.3 }).guards[0]!.applies).toBe(false);
    expect(last(steps, {}).guards[0]!.applies).toBe(false);
    // What was before does not grow by holding longer.
    const short = last({ steps: [{ share: 0.5, dwell: '1s' }] }, { region: 0.3 });
    expect(short.guards[0]!.expected ?? Number.POSITIVE_INFINITY).toBeGreaterThan(
      compared.guards[0]!.expected!,
    );
  });

  test('foresees harm to a service of which nothing failed of late as to one of which hardly anything did', () => {
    const expected = (failures: number) =>
      planRelease(
        spec({ guards: [{ errorRate: { max: 0.05 } }, { errorsAboveControl: { effect: 0.02 } }] }),
        {
          requestsPerSecond: 1_000,
          failures,
        },
      ).steps[1]!.guards.map((guard) => guard.expected);
    expect(expected(0)).toEqual(expected(1e-6));
    expect(expected(0)).not.toContain(undefined);
  });

  test('sees less with more clustering, more with more traffic', () => {
    const seen = (traffic: Parameters<typeof planRelease>[1]) =>
      planRelease(spec(), traffic).steps[1]!.guards[0]!.seenByDwell!;
    expect(seen({ ...thousand, designEffect: 4 })).toBeGreaterThan(seen(thousand));
    expect(seen({ ...thousand, requestsPerSecond: 10_000 })).toBeLessThan(seen(thousand));
    expect(seen(thousand)).toBeGreaterThan(0.005);
  });

  test('counts the steps of a level and the watch window in one budget', () => {
    const level = { name: 'all', share: 0.5, dwell: '1h', steps: [{ share: 0.1, dwell: '30m' }] };
    const plan = planRelease(spec({ ladder: [level], watch: '1h' }), thousand);
    expect(plan.steps.map(({ share, dwell }) => [share, dwell])).toEqual([
      [0.1, HOUR / 2],
      [0.5, HOUR],
    ]);
    expect([plan.shortest, plan.longest]).toEqual([1.5 * HOUR, 4.5 * HOUR]);
  });

  test('without traffic can see nothing, and without guards tests nothing', () => {
    expect(
      planRelease(spec({ guards: [{ errorRate: { max: 0.05 } }] }), { requestsPerSecond: 0 }).refused,
    ).toBe(true);
    expect(planRelease(spec({ guards: [] }), thousand).steps.map(({ verdict }) => verdict)).toEqual([
      'not tested',
      'not tested',
      'not tested',
    ]);
  });
});

describe('exposure', () => {
  const ladder = [
    { name: 'beta', when: 'x', share: 0.5, dwell: '1h' },
    { name: 'region', when: 'y', share: 0.9, dwell: '1h' },
    { name: 'permille', share: 0.001, dwell: '1h' },
    { name: 'full', share: 1, dwell: '1h' },
  ];
  const matching = { beta: 0.1, region: 0.2 };

  test('adds what conditions admit to the share of everybody', () => {
    const at = (level: number) => exposureAt(spec({ ladder }), { level, step: 0 }, matching);
    expect(at(0).treated).toBeCloseTo(0.05, 12);
    expect(at(0).control).toBeCloseTo(0.05, 12);
    expect(at(1).treated).toBeCloseTo(0.23, 12);
    expect(at(1).control).toBeCloseTo(0.07, 12);
    expect(at(2).treated).toBeCloseTo(0.2307, 12);
    expect(at(3)).toEqual({ treated: 1, control: 0 });
  });

  test('is of what the layer and the holdouts in force leave to the release', () => {
    const confined = spec({ layer: { name: 'l', from: 0.2, to: 0.7 }, holdouts: ['h', 'ended'] });
    const holdout = (name: string, rest: object) =>
      ({ kind: 'Holdout', metadata: { name }, spec: { share: 0.1, ...rest } }) as never;
    const heldOut = heldOutAt(
      [holdout('h', {}), holdout('ended', { until: '2026-01-01T00:00:00Z' })],
      Date.parse('2026-01-01T00:00:00Z'),
    );
    expect(heldOut).toEqual({ h: 0.1 });
    const [whole, part] = [spec(), confined].map(
      (one) => planRelease(one, { ...thousand, heldOut }).steps[1]!,
    );
    expect(part!.exposure).toBeCloseTo(whole!.exposure * 0.5 * 0.9, 12);
    expect(part!.requestsPerSecond).toBeCloseTo(whole!.requestsPerSecond * 0.5 * 0.9, 9);
  });
});
