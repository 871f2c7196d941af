import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BREAKER_DEFAULTS, type BreakerSettings, createBreaker, type Permit } from './breaker.ts';

/**
 * Plays a trace: one line a step, `<seconds> <what>`, answered by what followed. `ok`, `fail`, `slow` are calls that begin and
 * end then (`slow` takes 1.3 s by its own clock), with `xN` repeated; `begin A` and `end A ok` are one call apart; `look` asks for
 * the state. What the breaker tells stands behind the step.
 */
function play(settings: Partial<BreakerSettings>, trace: string): string {
  const told: string[] = [];
  const breaker = createBreaker({ ...BREAKER_DEFAULTS, ...settings }, ({ at, from, to, why }) =>
    told.push(`${from} → ${to} at ${at / 1000} (${why})`),
  );
  const begun = new Map<string, Permit | undefined>();
  const took = { ok: 100, exact: 1_200, fail: 100, slow: 1_201, 'slow-fail': 5_000 };
  const lines = trace.trim().split('\n');
  return lines
    .map((text) => {
      const line = text.split('|')[0]!.trim();
      const [at = '', verb = '', name = '', how = ''] = line.split(/\s+/);
      const now = Number(at) * 1000;
      const end = (permit: Permit | undefined, kind: string): void => {
        if (permit !== undefined) breaker.record(permit, now, took[kind as 'ok'], kind.endsWith('fail'));
      };
      const facts: string[] = [];
      if (verb === 'begin') {
        begun.set(name, breaker.acquire(now));
        if (begun.get(name) === undefined) facts.push('refused');
      } else if (verb === 'end') end(begun.get(name), how);
      else if (verb === 'leave') breaker.release(begun.get(name)!);
      else if (verb === 'look') facts.push(breaker.state(now), `waits ${breaker.waits(now) / 1000}`);
      else {
        let refused = 0;
        for (let call = 0; call < Number(name.slice(1) || 1); call++) {
          const permit = breaker.acquire(now);
          if (permit === undefined) refused += 1;
          end(permit, verb);
        }
        if (refused > 0) facts.push(`refused ${refused}`);
      }
      return [line, ...facts, ...told.splice(0)].join(' | ');
    })
    .join('\n');
}

/** A trace stands for itself: what is behind the bars must come out again. */
function holds(settings: Partial<BreakerSettings>, trace: string): void {
  const wanted = trace
    .trim()
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s*\|\s*/g, ' | '))
    .join('\n');
  expect(play(settings, trace)).toBe(wanted);
}

const small = { window: { seconds: 60 }, minimumCalls: 10, probes: 3 } as const;

describe('a circuit breaker', () => {
  test('trips when half of the calls failed, not before there are enough', () =>
    holds(
      small,
      `0 fail x4
       1 ok x5
       2 look       | closed | waits 0
       3 fail       | closed → open at 3 (failures)
       3 ok         | refused 1
       4 look       | open | waits 9`,
    ));

  test('does not trip just below half', () =>
    holds(
      small,
      `0 ok x6
       0 fail x5
       0 look | closed | waits 0
       0 fail | closed → open at 0 (failures)`,
    ));

  test('trips at three in ten slow calls, slow being longer than 1.2 s and failed ones counting too', () => {
    holds(
      small,
      `0 exact x9
       0 slow x3
       0 look | closed | waits 0
       0 slow-fail | closed → open at 0 (slow)`,
    );
  });

  test('forgets what is a minute old, second by second', () =>
    holds(
      small,
      `0 fail x9
       59.9 look | closed | waits 0
       60 fail
       61 ok x8
       62 look | closed | waits 0
       63 ok`,
    ));

  test('by count, looks at the last calls only, and needs no more than the window holds', () =>
    holds(
      { window: { calls: 4 }, minimumCalls: 100 },
      `0 fail
       0 ok x3
       0 ok
       0 fail
       900 fail | closed → open at 900 (failures)`,
    ));

  test('lets probes through after the wait, when somebody asks, and closes when they are well', () =>
    holds(
      small,
      `0 fail x10   | closed → open at 0 (failures)
       9.9 ok       | refused 1
       10 look      | open | waits 0
       500 begin A  | open → half-open at 500 (waited)
       500 begin B
       500 begin C
       500 begin D  | refused
       500 look     | half-open | waits 10
       501 end A ok
       501 end B fail
       502 begin D  | refused
       502 end C ok | half-open → closed at 502 (recovered)
       503 look     | closed | waits 0`,
    ));

  test('opens again when half of the probes fail', () =>
    holds(
      small,
      `0 fail x10    | closed → open at 0 (failures)
       10 begin A    | open → half-open at 10 (waited)
       10 begin B
       10 begin C
       10 end A fail
       11 end B fail
       12 end C ok   | half-open → open at 12 (failures)
       21 ok         | refused 1
       22 begin A    | open → half-open at 22 (waited)`,
    ));

  test('waits for probes no longer than it was told to', () =>
    holds(
      small,
      `0 fail x10  | closed → open at 0 (failures)
       10 begin A  | open → half-open at 10 (waited)
       19 look     | half-open | waits 0
       25 look     | open | waits 5 | half-open → open at 20 (probes overdue)
       26 end A ok
       30 begin B  | open → half-open at 30 (waited)`,
    ));

  test('gives the place of a probe back that tells nothing', () =>
    holds(
      { ...small, probes: 1 },
      `0 fail x10  | closed → open at 0 (failures)
       10 begin A  | open → half-open at 10 (waited)
       10 begin B  | refused
       11 leave A
       11 begin B
       12 end B ok | half-open → closed at 12 (recovered)`,
    ));

  test('takes no call for a probe that was let go before', () =>
    holds(
      { ...small, probes: 1 },
      `0 begin old
       0 fail x10   | closed → open at 0 (failures)
       10 begin A   | open → half-open at 10 (waited)
       10 end old ok
       10 look      | half-open | waits 10
       11 end A ok  | half-open → closed at 11 (recovered)`,
    ));

  test('never lets more probes through at once than it may, whatever happens', () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 15_000 }),
      what: fc.constantFrom('begin', 'ok', 'fail', 'leave'),
    });
    let probed = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const breaker = createBreaker({ ...BREAKER_DEFAULTS, ...small, minimumCalls: 3 });
        const flying: Permit[] = [];
        let now = 0;
        for (const { after, what } of steps) {
          now += after;
          if (what === 'begin') {
            const permit = breaker.acquire(now);
            if (permit !== undefined) flying.push(permit);
          } else {
            const permit = flying.shift();
            if (permit === undefined) continue;
            if (what === 'leave') breaker.release(permit);
            else breaker.record(permit, now, 1, what === 'fail');
          }
          if (breaker.state(now) === 'half-open') {
            const term = Math.max(...flying.map((one) => one.term), 0);
            const probes = flying.filter((one) => one.term === term && term > 0).length;
            expect(probes).toBeLessThanOrEqual(small.probes);
            if (probes === small.probes) probed++;
          }
        }
      }),
      // The same draws each time: what they come to is counted below.
      { numRuns: 600, seed: 1 },
    );
    expect(probed).toBeGreaterThan(40);
  });
});
