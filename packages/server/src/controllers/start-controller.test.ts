import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../store/store.ts';
import { asked, climb, ENVIRONMENT, flag, openStage, type Stage, settle } from './stage.suite.ts';
import { LATE } from './start-controller.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const HEALTHY = { requests: 4, failures: 0 };
const BROKEN = { requests: 4, failures: 2 };
describe('a release', () => {
  test('climbs by itself once it is applied, and holds at its end', async () => {
    const controller = stage.start('one');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(2_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('dwelling');
    expect(stage.shares()).toEqual([0.5]);
    await stage.pass(8_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('completed');
    expect(stage.shares()).toEqual([0.5, 1]);
    expect(await stage.kinds('r')).toEqual(['started', 'level', 'completed']);
    expect(stage.told.map(({ topic }) => topic)).toEqual(['started', 'level', 'completed']);
    expect((await stage.store.progress.load(ENVIRONMENT)).open).toEqual([]);
  });

  test('is taken back when it hurts, and says how many were hurt', async () => {
    const controller = stage.start('one');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_500, controller);
    stage.gateway.traffic = BROKEN;
    await stage.pass(1_000, controller);
    expect(stage.shares()).toEqual([]);
    await stage.pass(2_000, controller);
    const row = await stage.row('r');
    expect(row?.state.phase).toBe('rolled-back');
    expect(row?.state.rollback).toMatchObject({
      cause: 'guard',
      evidence: [{ guard: 'errorRate', verdict: 'bad' }],
    });
    expect(row?.state.rollback?.blast?.bad).toBeGreaterThan(100);
    expect(await stage.kinds('r')).toEqual(['started', 'rolling-back', 'rolled-back']);
    await stage.pass(10_000, controller);
    expect(stage.shares()).toEqual([]);
  });

  test('stands still while nothing can be written, says why and since when, and goes on', async () => {
    let full = false;
    const { progress } = stage.store;
    const commit: typeof progress.commit = async (write) => {
      if (full) throw new StoreError('FULL', 'The disk is full.');
      return progress.commit(write);
    };
    const controller = stage.start('one', { progress: { ...progress, commit } });
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_500, controller);
    expect(controller.halted).toBeUndefined();
    full = true;
    const since = controller.time();
    await stage.pass(20_000, controller);
    expect(stage.shares()).toEqual([0.5]);
    expect(controller.halted?.why).toBe('The disk is full.');
    expect(controller.halted?.since).toBeLessThan(since + 10_000);
    full = false;
    await stage.pass(12_000, controller);
    expect(controller.halted).toBeUndefined();
    expect((await stage.row('r'))?.state.phase).toBe('completed');
  });

  test('does what people tell it, and says why it does not', async () => {
    const controller = stage.start('one');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_000, controller);
    await stage.tell('pause');
    await stage.pass(5_000, controller);
    expect((await stage.row('r'))?.state.frozen?.causes).toEqual(['paused']);
    expect(stage.shares()).toEqual([0.5]);
    const refused = await stage.tell('approve');
    await stage.pass(250, controller);
    expect((await stage.store.progress.answerOf(ENVIRONMENT, refused))?.refusal).toContain('Nothing waits');
    await stage.tell('resume');
    await stage.pass(250, controller);
    const abort = await stage.tell('abort');
    await stage.pass(2_000, controller);
    expect(await stage.store.progress.answerOf(ENVIRONMENT, abort)).toEqual({ refusal: null });
    expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
    expect(await stage.kinds('r')).toEqual([
      'started',
      'command',
      'frozen',
      'command',
      'thawed',
      'command',
      'rolling-back',
      'rolled-back',
    ]);
    const nowhere = await stage.tell('pause', 'nobody');
    await stage.pass(250, controller);
    expect((await stage.store.progress.answerOf(ENVIRONMENT, nowhere))?.refusal).toContain(
      'no release nobody',
    );
  });

  test('stays where it is while its flag is killed, and after the kill is lifted until it is resumed', async () => {
    const controller = stage.start('one');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_000, controller);
    await stage.control.commands.override({ ...asked, flag: 'a', kill: {} });
    await stage.pass(5_000, controller);
    await stage.control.commands.override({ ...asked, flag: 'a', kill: null });
    await stage.pass(5_000, controller);
    expect((await stage.row('r'))?.state.frozen?.causes).toEqual(['killed']);
    await stage.tell('resume');
    await stage.pass(5_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('completed');
  });

  test('freezes when its own next levels are edited, and goes on by the new ones', async () => {
    const controller = stage.start('one');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_000, controller);
    const ladder = [
      { name: 'half', share: 0.5, dwell: '2s' },
      { name: 'more', share: 0.7, dwell: '2s' },
    ];
    await stage.control.files([flag('a'), climb('r', { ladder })]);
    await stage.pass(500, controller);
    expect((await stage.row('r'))?.state.frozen?.causes).toEqual(['changed']);
    await stage.tell('resume');
    await stage.pass(8_000, controller);
    expect(stage.shares()).toEqual([0.5, 0.7]);
  });

  test('that is deleted while it climbs is rolled back first, and then goes', async () => {
    const controller = stage.start('one');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_000, controller);
    const result = await stage.control.files([flag('a')]);
    expect(result).toMatchObject({ ok: true, kept: ['Release/r'] });
    const { progress } = stage.store;
    await progress.ask(ENVIRONMENT, { id: 'd', release: 'r', command: 'delete', by: 'ada', why: '', at: 1 });
    await stage.pass(3_000, controller);
    expect(stage.control.views.resource(ENVIRONMENT, 'Release/r')).toBeUndefined();
    expect(await progress.load(ENVIRONMENT)).toMatchObject({ rows: [], open: [] });
    expect(await stage.kinds('r')).toEqual(['started', 'rolling-back', 'rolled-back', 'removed']);
    expect(stage.shares()).toEqual([]);
  });

  test('that comes back while people are still told of its end begins anew, after a restart too', async () => {
    const silence = { notify: { perform: () => new Promise<never>(() => {}) } };
    const { progress } = stage.store;
    const first = stage.start('one', { effects: silence });
    stage.gateway.traffic = HEALTHY;
    for (const [id, controller] of [
      ['d1', first],
      ['d2', undefined],
    ] as const) {
      const running = controller ?? stage.start('one', { effects: silence });
      await stage.control.files([flag('a'), climb('r')]);
      await stage.pass(1_000, running);
      expect((await stage.row('r'))?.state).toMatchObject({ attempt: 1, placement: { reached: 1 } });
      await stage.control.files([flag('a')]);
      await progress.ask(ENVIRONMENT, { id, release: 'r', command: 'delete', by: 'ada', why: '', at: 1 });
      await stage.pass(3_000, running);
      expect(stage.control.views.resource(ENVIRONMENT, 'Release/r')).toBeUndefined();
      expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
      await running.close();
    }
  });

  test('of the API lands in one change in which nobody moves', async () => {
    const controller = stage.start('one');
    await stage.control.api([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(10_000, controller);
    const { revision } = stage.control.views.head(ENVIRONMENT)?.head ?? { revision: 0 };
    await stage.tell('land');
    await stage.pass(1_000, controller);
    expect(stage.control.views.head(ENVIRONMENT)?.head.revision).toBe(revision + 1);
    expect(stage.control.views.resource(ENVIRONMENT, 'Flag/a')?.resource.spec).toMatchObject({
      default: 'v2',
    });
    expect(stage.control.views.resource(ENVIRONMENT, 'Release/r')).toBeUndefined();
    expect(stage.shares()).toEqual([]);
    expect((await stage.kinds('r')).at(-1)).toBe('landed');
  });

  test('of files stays completed until the files say so', async () => {
    const controller = stage.start('one');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(10_000, controller);
    await stage.tell('land');
    await stage.pass(1_500, controller);
    expect((await stage.row('r'))?.state.phase).toBe('completed');
    expect((await stage.kinds('r')).slice(-2)).toEqual(['command', 'refused']);
    expect(await stage.control.files([flag('a')])).toMatchObject({ ok: false, code: 'PINNED' });
    expect(await stage.control.files([flag('a', { default: 'v2' })])).toMatchObject({ ok: true, kept: [] });
    await stage.pass(500, controller);
    expect(await stage.row('r')).toBeUndefined();
    expect((await stage.kinds('r')).at(-1)).toBe('landed');
    await stage.control.files([flag('a', { default: 'v2' }), climb('r', { from: 'v2', to: 'v1' })]);
    await stage.pass(500, controller);
    expect(stage.shares()).toEqual([0.5]);
  });
});

describe('the inputs', () => {
  test('guards go on with the budget that the one before had left, and what gateways counted is seen again', async () => {
    const first = stage.start('one');
    const ladder = [{ name: 'half', share: 0.5, dwell: '1h' }];
    await stage.control.files([flag('a'), climb('r', { ladder })]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(12_000, first);
    const written = (await stage.row('r'))?.facts.memory;
    expect(written?.elapsed).toBeGreaterThan(3_000);
    await first.close();
    const second = stage.start('two');
    stage.gateway.traffic = { requests: 0, failures: 0 };
    await stage.pass(2_000, second);
    const memory = second.followed.get('r')?.memory;
    expect(memory?.again).toBe((written?.again ?? 0) + 1);
    expect(memory?.elapsed).toBeGreaterThan(written?.elapsed ?? 0);
    const ended = second.followed.get('r')?.health.evidence[0]?.requests;
    expect(ended).toBeGreaterThan(1_000);
  });

  test('receivers are counted for where a release stands, also when it learns that it moved while they are counted', async () => {
    let place = (): void => {};
    const { commands, views } = stage.control;
    const begun = views.head(ENVIRONMENT)?.head.revision ?? 0;
    const controller = stage.start('one', {
      commands: {
        ...commands,
        place: async (input) => {
          await new Promise<void>((resolve) => {
            place = resolve;
          });
          return commands.place(input);
        },
      },
      receivers: async () => {
        place();
        await settle();
        const at = (revision: number) => ({ live: 2, activated: revision > begun ? 1 : 2 });
        return { at, unable: () => [], goneGateways: [] };
      },
    });
    await stage.control.files([flag('a'), climb('r')]);
    for (let ticks = 0; ticks < 12; ticks += 1) {
      await stage.pass(250, controller);
      await settle();
    }
    const { state, receivers } = controller.followed.get('r') ?? {};
    expect(stage.shares()).toEqual([0.5]);
    expect(receivers).toEqual({ live: 2, activated: 1 });
    expect([state?.phase, state?.held]).toEqual(['climbing', 0]);
  });

  test('gateways are asked for everything after a restart', async () => {
    const first = stage.start('this');
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_000, first);
    await first.close();
    const second = stage.start('this');
    await settle();
    stage.clock.advance(250);
    await settle();
    expect(second.take(stage.gateway.report())).toEqual({ resend: true });
    expect(second.take(stage.gateway.report(true))).toEqual({ resend: false });
    expect(second.take(stage.gateway.report())).toEqual({ resend: false });
  });

  test('nothing climbs on a tick that came too late, and the hold does not skip', async () => {
    let extra = 0;
    const late: number[] = [];
    const clock = { ...stage.clock, monotonic: () => stage.clock.monotonic() + extra };
    const controller = stage.start('one', { clock, news: { ticked: (by) => late.push(by) } });
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_500, controller);
    const held = controller.followed.get('r')?.state.held ?? 0;
    expect(held).toBeGreaterThan(0);
    extra = 2 * LATE;
    await stage.pass(250, controller);
    expect(late.at(-1)).toBeGreaterThan(LATE);
    expect(controller.followed.get('r')?.state.held).toBe(held);
    await stage.pass(250, controller);
    expect(late.at(-1)).toBeLessThan(LATE);
  });

  test('a wall clock that is set changes no hold', async () => {
    let wrong = 0;
    const clock = { ...stage.clock, now: () => stage.clock.now() + wrong };
    const controller = stage.start('one', { clock });
    await stage.control.files([flag('a'), climb('r')]);
    stage.gateway.traffic = HEALTHY;
    await stage.pass(1_500, controller);
    const held = () => controller.followed.get('r')?.state.held ?? 0;
    const before = held();
    wrong = 3_600_000;
    await stage.pass(250, controller);
    expect(held() - before).toBe(250);
    wrong = -3_600_000;
    await stage.pass(250, controller);
    expect(held() - before).toBe(500);
  });
});

describe('hundreds of releases', () => {
  test('cost one look at the inbox and at most one write a tick', async () => {
    const count = { asked: 0, commits: 0, rows: 0, leases: 0 };
    const { progress, lease } = stage.store;
    const controller = stage.start('one', {
      store: {
        ...stage.store,
        lease: (...args) => {
          count.leases += 1;
          return lease(...args);
        },
      },
      progress: {
        ...progress,
        asked: (environment) => {
          count.asked += 1;
          return progress.asked(environment);
        },
        commit: (commit) => {
          count.commits += 1;
          count.rows += commit.writes.length;
          return progress.commit(commit);
        },
      },
    });
    const flags = Array.from({ length: 300 }, (_, index) => flag(`f${index}`));
    const ladder = [{ name: 'half', share: 0.5, dwell: '1h' }];
    const releases = flags.map((_, index) => climb(`r${index}`, { flag: `f${index}`, ladder, guards: [] }));
    await stage.control.files([...flags, ...releases]);
    const pass = async (ticks: number) => {
      for (let tick = 0; tick < ticks; tick += 1) {
        stage.clock.advance(250);
        await settle();
      }
    };
    await pass(4);
    const settled = () => [...controller.followed.values()].every(({ open }) => open.size === 0);
    for (let wait = 0; wait < 2_000 && !settled(); wait += 1) await settle();
    await pass(4);
    expect([...controller.followed.values()].every(({ state }) => state.phase === 'dwelling')).toBe(true);
    Object.assign(count, { asked: 0, commits: 0, rows: 0, leases: 0 });
    await pass(40);
    expect(count.asked).toBeLessThanOrEqual(41);
    expect(count.leases).toBeLessThanOrEqual(11);
    expect(count.commits).toBeLessThanOrEqual(3);
    expect(count.rows).toBeLessThanOrEqual(900);
  });
});
