import { startRelease } from '@ombre/release';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { type Followed, follow } from './followed.ts';
import { RENEW } from './keep-lease.ts';
import { APART, TICK, type Turns, takeTurns, type Why } from './turns.ts';

let clock: ManualClock;
let holds: boolean;
let taken: Why[];
let failures: unknown[];
let work: () => Promise<void>;
let turns: Turns;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const pass = async (milliseconds: number): Promise<void> => {
  clock.advance(milliseconds);
  await settle();
};
const kinds = () => taken.map(({ kind }) => kind);

beforeEach(async () => {
  clock = manualClock();
  holds = true;
  taken = [];
  failures = [];
  work = async () => {};
  turns = takeTurns({
    clock,
    holds: () => holds,
    turn(why) {
      taken.push(why);
      return work();
    },
    failed: (error) => failures.push(error),
  });
  await pass(0);
});

/** A release that is judged by its counters, and one that is not. */
function releases(): { readonly judged: Followed; readonly idle: Followed } {
  const spec = { flag: 'a', from: 'v1', to: 'v2', ladder: [{ name: 'all', share: 1, dwell: '1h' }] };
  const state = startRelease({ reached: 0, shares: [], epoch: 0 });
  const one = (phase: 'dwelling' | 'pending') =>
    follow(phase, spec, 'api', {
      version: 0,
      state: { ...state, phase },
      facts: {
        born: 0,
        bornEpoch: 0,
        lineage: '',
        spec,
        pins: {},
        health: { verdict: 'good', evidence: [] },
      },
      lines: 0,
    });
  return { judged: one('dwelling'), idle: one('pending') };
}

describe('turns', () => {
  test('come with every tick, and one that is asked for comes at once and once', async () => {
    await pass(TICK);
    await pass(TICK);
    expect(kinds()).toEqual(['tick', 'tick', 'tick']);
    turns.wake();
    turns.wake();
    await settle();
    expect(kinds().slice(3)).toEqual(['woken']);
  });

  test('are rare while another process decides', async () => {
    holds = false;
    await pass(TICK);
    taken = [];
    turns.wake();
    for (let passed = 0; passed < 3 * RENEW; passed += TICK) await pass(TICK);
    expect(kinds()).toEqual(['tick', 'tick', 'tick']);
  });

  test('come with the counters of who is judged by them, but not again at once', async () => {
    const { judged, idle } = releases();
    await pass(APART);
    taken = [];
    turns.counted([idle]);
    await settle();
    expect(taken).toEqual([]);
    turns.counted([judged, idle]);
    turns.counted([judged]);
    await settle();
    expect(taken).toEqual([{ kind: 'counted', heard: [judged], late: 0 }]);
  });

  test('know how late they are, also after one that failed', async () => {
    work = () => Promise.reject(new Error('no'));
    for (let tick = 0; tick < 4; tick += 1) await pass(TICK);
    expect(failures).toHaveLength(4);
    work = async () => {};
    await pass(TICK);
    // Nothing was decided since the first.
    expect(taken.at(-1)).toEqual({ kind: 'tick', late: 4 * TICK });
    await pass(TICK);
    expect(taken.at(-1)).toEqual({ kind: 'tick', late: 0 });
  });

  test('end with one last piece of work', async () => {
    const order: string[] = [];
    work = async () => void order.push('turn');
    turns.wake();
    await turns.close(async () => void order.push('last'));
    turns.wake();
    await pass(10 * TICK);
    expect(order).toEqual(['turn', 'last']);
  });
});
