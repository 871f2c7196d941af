import type { ReleaseSpec } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { type ReleaseState, startRelease } from '../climb/state.ts';
import { type ArmCounts, emptyArm, tallyOf } from '../simulation/arm-counts.ts';
import { combineHealth, faultOf, type GuardEvidence, type HealthVerdict } from './health.ts';
import { type HealthState, judgeHealth, REMEMBERED, remember } from './judge-health.ts';
import type { Tally } from './tally.ts';

const START = 1_700_000_000_000;

/** Counts of one second for 64 sub-buckets alike: requests a bucket, and how many of a bucket's are bad. */
type Second = {
  readonly requests: number;
  readonly bad: number;
  readonly slow?: number;
  /** Milliseconds each took. */
  readonly took?: number;
  readonly buckets?: number;
};

/** Plays seconds in which each arm sends the same every time, and hands back the last verdict. */
function play(
  guards: NonNullable<ReleaseSpec['guards']>,
  seconds: readonly { readonly treatment: Second; readonly control?: Second }[],
  more: { readonly share?: number; readonly units?: number; readonly tally?: Partial<Tally> } = {},
) {
  const share = more.share ?? 0.1;
  const spec: ReleaseSpec = {
    flag: 'f',
    from: 'old',
    to: 'new',
    guards,
    ladder: [{ name: 'some', share, dwell: '1m' }],
  };
  const placement = { reached: 1, shares: [share], epoch: 1 };
  const progress: ReleaseState = {
    ...startRelease(placement),
    phase: 'dwelling',
    at: { level: 0, step: 0 },
    evidenceFrom: START,
  };
  const arms = { treatment: emptyArm(1), control: emptyArm(1) };
  const tally = (also: Partial<Tally> = {}) => tallyOf({ some: arms }, { limits: [1200], ...also });
  let state: HealthState | undefined = judgeHealth(spec, progress, tally(), undefined, START).state;
  let judged = judgeHealth(spec, progress, tally(), state, START);
  const verdicts: HealthVerdict[] = [];
  seconds.forEach((second, index) => {
    grow(arms.treatment, second.treatment, more.units ?? 5000);
    if (second.control !== undefined) grow(arms.control, second.control, more.units ?? 5000);
    judged = judgeHealth(spec, progress, tally(more.tally), state, START + 1000 * (index + 1));
    // What is remembered is written down and read back.
    state = JSON.parse(JSON.stringify(judged.state)) as HealthState;
    verdicts.push(judged.health.verdict);
  });
  return { verdict: judged.health.verdict, evidence: judged.health.evidence[0]!, verdicts };
}

/** Bad requests go round the buckets, so that all fare alike in the long run. */
function grow(
  arm: ArmCounts,
  { requests, bad, slow = 0, took = slow > 0 ? 2000 : 100, buckets = 64 }: Second,
  units: number,
): void {
  for (let bucket = 0; bucket < buckets; bucket++) {
    const sent = arm.ended[bucket]!;
    arm.ended[bucket] = sent + requests;
    const upTo = (rate: number, n: number) => Math.floor(rate * n + bucket / buckets);
    arm.failures[bucket]! += upTo(bad / requests, sent + requests) - upTo(bad / requests, sent);
    arm.slow[0]![bucket]! += upTo(slow / requests, sent + requests) - upTo(slow / requests, sent);
    arm.latencySum[bucket]! += requests * took;
  }
  arm.units = units;
}

function times(count: number, treatment: Second, control?: Second) {
  return Array.from({ length: count }, () => ({ treatment, ...(control && { control }) }));
}

const errors = [{ errorRate: { max: 0.05 } }];
const clean: Second = { requests: 4, bad: 0.02 };
const broken: Second = { requests: 4, bad: 1.2 };

describe('a limit on errors', () => {
  test('is undecided without requests, and good once they surely lie below it', () => {
    expect(play(errors, [{ treatment: { requests: 0, bad: 0 } }]).evidence.sentence).toBe('no requests yet');
    const { verdict, evidence } = play(errors, times(10, clean));
    expect(verdict).toBe('good');
    expect(evidence.numbers.upper).toBeLessThan(0.05);
    expect(evidence.requests).toBe(10 * 4 * 64);
  });

  test('is bad the second after requests begin to fail, and says since when', () => {
    const { verdicts, evidence } = play(errors, [...times(30, clean), ...times(2, broken)]);
    expect(verdicts.slice(-3)).toEqual(['good', 'bad', 'bad']);
    expect(evidence.window.from).toBeGreaterThanOrEqual(START + 29_000);
    expect(evidence.since).toBe(START + 30_000);
    expect(evidence.sentence).toContain('surely above 5 %');
  });

  test('is found after a long time without failures, which does not hide them', () => {
    const { verdicts } = play(errors, [...times(1000, clean), ...times(3, broken)]);
    expect(verdicts.slice(0, 1000)).not.toContain('bad');
    expect(verdicts.at(-1)).toBe('bad');
  });

  test('is unknown, the cause being shared, when control fails alike', () => {
    const { verdict, evidence } = play(errors, times(10, broken, broken));
    expect(verdict).toBe('unknown');
    expect(evidence.sentence).toContain('the cause is shared');
  });

  test('is unknown from the first seconds of an outage of everything, with little traffic', () => {
    const little = (bad: number): Second => ({ requests: 1, bad, buckets: 10 });
    const outage = { treatment: little(0.7), control: little(0.7) };
    const calm = { treatment: little(0), control: little(0) };
    const { verdicts } = play(errors, [...Array(15).fill(calm), ...Array(5).fill(outage)]);
    expect(verdicts.slice(15)).not.toContain('bad');
    expect(verdicts.slice(15)).toContain('unknown');
    const alone = { treatment: little(0.7), control: little(0) };
    expect(play(errors, [...Array(15).fill(calm), ...Array(5).fill(alone)]).verdict).toBe('bad');
  });

  test('begins anew when a shared cause is over, and is bad all the same when only the new version fails after it', () => {
    const outage = times(10, broken, broken);
    const { verdicts } = play(errors, [...outage, ...times(40, clean, clean), ...times(3, broken, clean)]);
    expect(verdicts.slice(5, 10)).toEqual(Array(5).fill('unknown'));
    expect(verdicts.slice(10, 24)).not.toContain('good');
    expect(verdicts.slice(35, 50)).toEqual(Array(15).fill('good'));
    expect(verdicts.at(-1)).toBe('bad');
  });

  test('is bad when control breaks the limit too but much less', () => {
    const { verdict } = play(errors, times(10, { requests: 4, bad: 2.4 }, { requests: 4, bad: 0.25 }));
    expect(verdict).toBe('bad');
  });

  test('is not carried by one sub-bucket whose client is broken', () => {
    const one: Second = { requests: 40, bad: 40, buckets: 1 };
    const seconds = times(60, clean).flatMap((second) => [second, { treatment: one }]);
    expect(play(errors, seconds).verdicts).not.toContain('bad');
  });

  test('with very few units is bad only when most requests fail', () => {
    const few = (bad: number) => times(10, { requests: 5, bad, buckets: 2 });
    expect(play(errors, few(5), { units: 2 }).verdict).toBe('bad');
    expect(play(errors, few(1), { units: 2 }).verdict).toBe('undecided');
  });
});

describe('a silent source', () => {
  const silent = { missing: [{ source: 'g2', why: 'silent', since: START }] } as const;

  test('makes good unknown', () => {
    const { verdict, evidence } = play(errors, times(10, clean), { tally: silent });
    expect([verdict, evidence.sentence]).toEqual(['unknown', 'gateway g2 is silent']);
  });

  test('does not hide what the others see', () => {
    expect(play(errors, times(10, broken), { tally: silent }).verdict).toBe('bad');
  });

  test('is unknown where nobody counts at all', () => {
    const { evidence } = play(errors, times(1, clean), { tally: { sources: 0 } });
    expect(evidence.sentence).toBe('no gateway reports counters');
  });
});

describe('a limit on slow requests', () => {
  const slow = [{ latency: { over: '1.2s', share: 0.01 } }];

  test('judges the share that took too long', () => {
    expect(play(slow, times(30, { requests: 10, bad: 0, slow: 0.01 })).verdict).toBe('good');
    expect(play(slow, times(5, { requests: 10, bad: 0, slow: 2 })).verdict).toBe('bad');
  });

  test('is unknown while the limit is not counted', () => {
    const { evidence } = play(slow, times(3, clean), { tally: { limits: [] } });
    expect(evidence).toMatchObject({
      verdict: 'unknown',
      sentence: 'requests over 1.2s are not counted yet',
    });
  });

  test('of the mean is unknown when that of control is above it alike, and bad when it is far beyond', () => {
    const mean = [{ meanLatency: { max: '800ms' } }];
    const slow = { requests: 10, bad: 0, slow: 10 };
    const { verdict, evidence } = play(mean, times(30, slow, slow));
    expect(verdict).toBe('unknown');
    expect(evidence.sentence).toMatch(
      /on average .* surely above 800 ms, but control is alike: the cause is shared$/,
    );
    expect(play(mean, times(30, slow, { requests: 10, bad: 0 })).verdict).toBe('bad');
  });

  test('of the mean is unknown while control rose half as much, and forgets it when both are well again', () => {
    const mean = [{ meanLatency: { max: '800ms' } }];
    const calm: Second = { requests: 10, bad: 0 };
    const surge = times(20, { ...calm, took: 2_000 }, { ...calm, took: 1_200 });
    const { verdicts } = play(mean, [...times(20, calm, calm), ...surge, ...times(30, calm, calm)]);
    expect(verdicts).not.toContain('bad');
    expect(verdicts[39]).toBe('unknown');
    expect(verdicts.at(-1)).toBe('good');
    const alone = times(20, { ...calm, took: 2_000 }, { ...calm, took: 400 });
    expect(play(mean, [...times(20, calm, calm), ...alone]).verdict).toBe('bad');
  });

  test('of the mean is judged from thirty units a sub-bucket on', () => {
    const mean = [{ meanLatency: { max: '800ms' } }];
    expect(play(mean, times(10, clean)).verdict).toBe('good');
    expect(play(mean, times(30, { requests: 10, bad: 0, slow: 10 })).verdict).toBe('bad');
    expect(play(mean, times(30, { requests: 10, bad: 0, slow: 10 }), { units: 100 }).verdict).toBe(
      'undecided',
    );
  });
});

describe('a comparison with control', () => {
  const compared = [{ errorsAboveControl: { effect: 0.02 } }];

  test('is good once the declared rise is excluded, bad when treatment is surely worse', () => {
    expect(play(compared, times(60, clean, clean)).verdict).toBe('good');
    expect(play(compared, times(5, broken, clean)).verdict).toBe('bad');
    const one: Second = { requests: 1, bad: 0 };
    expect(play(compared, times(1, one, one)).verdict).toBe('undecided');
  });

  test('finds a small rise by the sequence of the difference', () => {
    const rise: Second = { requests: 20, bad: 0.5 };
    const base: Second = { requests: 20, bad: 0.1 };
    const { verdicts, evidence } = play(compared, times(300, rise, base));
    expect(verdicts.at(-1)).toBe('bad');
    expect(evidence.since).toBe(START);
  });

  test('is not misled by an outage that both arms suffer', () => {
    const outage = (bad: number): Second => ({ requests: 4, bad });
    const both = { treatment: outage(1.3), control: outage(1.2) };
    const { verdicts } = play(compared, [...times(60, clean, clean), both, both, both, both]);
    expect(verdicts).not.toContain('bad');
  });

  test('tolerates what the margin allows', () => {
    const margin = [{ errorsAboveControl: { effect: 0.02, margin: 0.05 } }];
    const rise: Second = { requests: 20, bad: 0.5 };
    expect(play(margin, times(60, rise, { requests: 20, bad: 0.1 })).verdict).toBe('good');
  });

  test('does not compare where everybody is treated', () => {
    const { evidence } = play(compared, times(3, clean), { share: 1 });
    expect(evidence).toMatchObject({
      verdict: 'good',
      sentence: 'not compared: this level leaves no control',
    });
  });
});

describe('health', () => {
  const of = (verdict: HealthVerdict) => ({ verdict }) as GuardEvidence;

  test('is bad if any source says so, then unknown, then undecided; without guards it is good', () => {
    expect(combineHealth([of('unknown'), of('bad'), of('good')]).verdict).toBe('bad');
    expect(combineHealth([of('good'), of('unknown'), of('undecided')]).verdict).toBe('unknown');
    expect(combineHealth([of('good'), of('undecided')]).verdict).toBe('undecided');
    expect(combineHealth([]).verdict).toBe('good');
  });

  test('dates a fault by the bad guard that needs the least time to see it', () => {
    const from = (at: number, more: Partial<GuardEvidence> = {}) => ({
      ...of('bad'),
      window: { from: at, to: 100 },
      ...more,
    });
    expect(faultOf([from(10), from(60), { ...from(90), verdict: 'good' }])).toBe(60);
    expect(faultOf([from(10, { since: 70 }), from(60)])).toBe(70);
    expect(faultOf([of('unknown')])).toBeUndefined();
  });
});

describe('what is written down of it', () => {
  const spec: ReleaseSpec = {
    flag: 'f',
    from: 'old',
    to: 'new',
    guards: errors,
    ladder: [{ name: 'some', share: 0.1, dwell: '1m' }],
  };
  const at = (epoch: number): ReleaseState => ({
    ...startRelease({ reached: 1, shares: [0.1], epoch }),
    phase: 'dwelling',
    at: { level: 0, step: 0 },
    evidenceFrom: START,
  });
  const counted = (second: Second, seconds: number): Tally => {
    const arms = { treatment: emptyArm(1), control: emptyArm(1) };
    for (let passed = 0; passed < seconds; passed += 1) {
      grow(arms.treatment, second, 5000);
      grow(arms.control, clean, 5000);
    }
    return tallyOf({ some: arms }, { limits: [1200] });
  };
  /** Judged for so many seconds from the beginning. */
  const judged = (second: Second, seconds: number, epoch = 1): HealthState => {
    let state: HealthState | undefined;
    for (let passed = 0; passed <= seconds; passed += 1) {
      state = judgeHealth(spec, at(epoch), counted(second, passed), state, START + 1_000 * passed).state;
    }
    return state!;
  };
  const budget = (state: HealthState) =>
    'history' in state ? state.history.snapshots[0]!.budget : undefined;
  const reread = (state: HealthState) => JSON.parse(JSON.stringify(remember(state))) as HealthState;

  test('is small, and says all that it said when it is written down again', () => {
    const memory = reread(judged(clean, 20));
    expect(JSON.stringify(memory).length).toBeLessThan(1_000);
    expect(remember(memory)).toEqual(memory);
  });

  test('goes on with the budget where it was, each time with half of what is kept for beginning anew', () => {
    const before = judged(clean, 20);
    const now = START + 21_000;
    const once = judgeHealth(spec, at(1), counted(clean, 21), reread(before), now).state;
    expect(once.elapsed).toBe(21_000);
    expect(budget(once)).toBe(budget(before)! / 2);
    const twice = judgeHealth(spec, at(1), counted(clean, 22), reread(once), now + 1_000).state;
    expect(budget(twice)).toBe(budget(before)! / 4);
    const forgotten = judgeHealth(spec, at(1), counted(clean, 21), undefined, now).state;
    expect(budget(forgotten)).toBe(budget(before));
    expect(forgotten.elapsed).toBe(0);
  });

  test('waits for gateways to say again what they counted, and then sees it all', () => {
    const before = judged(broken, 1);
    const none: Tally = { ...counted(clean, 0), limits: [], levels: {}, sources: 0 };
    const silent = judgeHealth(spec, at(1), none, reread(before), START + 2_000);
    expect(silent.health.verdict).toBe('unknown');
    expect(silent.state).toEqual(reread(before));
    const heard = judgeHealth(spec, at(1), counted(broken, 8), silent.state, START + 3_000);
    expect(heard.health.verdict).toBe('bad');
    expect(heard.state.again).toBe(before.again + 1);
  });

  test('takes what may have been spent since it was written for spent', () => {
    const memory = reread(judged(clean, 20));
    const later = judgeHealth(spec, at(1), counted(clean, 20), memory, START + 3_600_000).state;
    expect(later.elapsed).toBe(20_000 + REMEMBERED);
  });

  test('tells the next step what control showed', () => {
    const before = judged(clean, 20);
    const next = (state: HealthState) =>
      judgeHealth(spec, at(2), counted(clean, 0), state, START + 21_000).state;
    const [kept, reborn] = [next(before), next(reread(before))];
    expect(reborn).toEqual(kept);
    expect('history' in reborn && reborn.history.past.ended).toHaveLength(1);
  });
});
