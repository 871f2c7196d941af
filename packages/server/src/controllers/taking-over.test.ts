import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProgressCommit } from '../store/progress/progress-store.ts';
import { climb, ENVIRONMENT, flag, mortal, openStage, type Stage, settle } from './stage.suite.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const HEALTHY = { requests: 4, failures: 0 };
const BROKEN = { requests: 4, failures: 2 };
describe('a process that dies', () => {
  /** Plays a climb to its landing, or a fault, on a fresh stage; the first process dies after its n-th write. */
  async function play(dieAfter: number, fault: boolean) {
    const one = await openStage();
    try {
      const first = mortal(one, dieAfter);
      let controller = one.start('this', first.parts);
      const pass = async (milliseconds: number) => {
        for (let passed = 0; passed < milliseconds; passed += 250) {
          await one.pass(250, controller);
          if (first.dead && controller.holds && !restarted) {
            restarted = true;
            controller = one.start('this');
          }
        }
      };
      let restarted = false;
      await one.control.api([flag('a'), climb('r')]);
      one.gateway.traffic = HEALTHY;
      await pass(fault ? 1_500 : 14_000);
      if (fault) one.gateway.traffic = BROKEN;
      else {
        const row = { release: 'r', command: 'land', by: 'ann', why: '', at: 1 } as const;
        await one.store.progress.ask(ENVIRONMENT, { ...row, id: 'land' });
      }
      await pass(8_000);
      const { rows, open } = await one.store.progress.load(ENVIRONMENT);
      const moves = (await one.store.before(ENVIRONMENT, { limit: 100 })).map(({ action }) => action);
      return {
        restarted,
        writes: first.writes,
        end: {
          phases: rows.map(({ state }) => state.phase),
          open,
          kinds: await one.kinds('r'),
          placement: one.control.views.placements(ENVIRONMENT)?.[0]?.placement,
          flag: one.control.views.resource(ENVIRONMENT, 'Flag/a')?.resource.spec,
          moves,
          told: [...new Set(one.told.map(({ key }) => key))].toSorted(),
        },
      };
    } finally {
      void one.close();
    }
  }

  test.each([
    ['a climb with its landing', false],
    ['a fault', true],
  ])(
    'after any of its writes: %s ends as if it had not',
    async (_, fault) => {
      const whole = await play(Number.POSITIVE_INFINITY, fault);
      expect(whole.end.kinds.at(-1)).toBe(fault ? 'rolled-back' : 'landed');
      expect(whole.writes).toBeGreaterThan(6);
      let cuts = 0;
      for (let write = 1; write <= whole.writes; write += 1) {
        const cut = await play(write, fault);
        if (cut.restarted) cuts += 1;
        expect([write, cut.end]).toEqual([write, whole.end]);
      }
      expect(cuts).toBeGreaterThan(6);
    },
    60_000,
  );
});

describe('two controllers on one store', () => {
  test('one decides and the other stands by, until the first gives its lease up', async () => {
    const first = stage.start('one');
    await settle();
    const second = stage.start('two');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_000, first, second);
    expect([first.holds, second.holds]).toEqual([true, false]);
    expect(second.take(stage.gateway.report())).toBeUndefined();
    await first.close();
    await stage.pass(10_000, second);
    expect([first.holds, second.holds]).toEqual([false, true]);
    expect((await stage.row('r'))?.state.phase).toBe('completed');
  });

  test('never commit two decisions: one that slept past its lease is fenced off when it wakes', async () => {
    const accepted: { readonly by: string; readonly token: number }[] = [];
    const { progress } = stage.store;
    const recorded = (by: string, asleep?: () => Promise<void>) => ({
      ...progress,
      commit: async (commit: ProgressCommit) => {
        await asleep?.();
        const result = await progress.commit(commit);
        if (result.ok && commit.writes.length > 0) accepted.push({ by, token: commit.fence.token });
        return result;
      },
    });
    let wake = (): void => {};
    let sleeping: Promise<void> | undefined;
    const first = stage.start('one', { progress: recorded('one', () => sleeping ?? Promise.resolve()) });
    await settle();
    const second = stage.start('two', { progress: recorded('two') });
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_000, first);
    // From here on the first is stopped in the middle of its next write, which would take the release to its next level.
    sleeping = new Promise((resolve) => {
      wake = resolve;
    });
    await stage.pass(8_000, first);
    expect(accepted.every(({ by }) => by === 'one')).toBe(false);
    await stage.pass(2_000, second);
    expect(second.holds).toBe(true);
    await stage.tell('abort');
    await stage.pass(2_000, second);
    expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
    const before = accepted.length;
    wake();
    sleeping = undefined;
    await stage.pass(3_000, first, second);
    expect(first.holds).toBe(false);
    expect(accepted.slice(before).every(({ by }) => by === 'two')).toBe(true);
    const tokens = accepted.map(({ token }) => token);
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
    expect(stage.shares()).toEqual([]);
    expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
  });
});
