import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApplyResult, RestoreInput } from '../commands/commands.ts';
import type { Controller } from '../controllers/controller.ts';
import {
  asked,
  climb,
  ENVIRONMENT,
  flag,
  openStage,
  type Stage,
  settle,
} from '../controllers/stage.suite.ts';
import { type ReceiversSeen, seeReceivers } from '../nodes/receivers-seen.ts';
import { createReleases } from './create-releases.ts';
import { createRestores, type Restores } from './create-restores.ts';

const PATIENCE = 5_000;
let stage: Stage;
let controller: Controller;
let restores: Restores;
/** A second process does not hear of moves. */
let cutOff: boolean;
let ids = 0;

beforeEach(async () => {
  stage = await openStage();
  stage.gateway.traffic = { requests: 4, failures: 0 };
  cutOff = false;
  controller = stage.start('one', { receivers });
  restores = open(controller);
});
afterEach(() => {
  restores.close();
  return stage.close();
});

function receivers(): ReceiversSeen {
  const { lineage = '', revision = 0 } = stage.control.views.head(ENVIRONMENT)?.head ?? {};
  const held = [revision, cutOff ? 1 : revision].map((at) => ({ lineage, revision: at, count: 1 }));
  return seeReceivers({ held, lacking: [], goneGateways: [] }, lineage);
}

function open(by: Controller): Restores {
  const { control, clock, store } = stage;
  const releases = createReleases({
    environment: ENVIRONMENT,
    controller: by,
    progress: store.progress,
    views: control.views,
    clock,
    newId: () => `id ${++ids}`,
    streams: { open: async () => false, size: 0, close: () => {} },
    receivers: async () => receivers(),
  });
  return createRestores({ commands: control.commands, releases: () => releases, clock, patience: PATIENCE });
}

/** The first revision has the flag as it was, the next another default; then the release climbs on top. */
async function climbOn(more: Parameters<typeof climb>[1] = {}): Promise<{ before: number; without: number }> {
  const ladder = [
    { name: 'half', share: 0.5, dwell: '1h' },
    { name: 'all', share: 1, dwell: '1h' },
  ];
  const revision = () => stage.control.views.head(ENVIRONMENT)?.head.revision ?? 0;
  await stage.control.files([flag('a')]);
  const without = revision();
  await stage.control.files([flag('a'), flag('other'), climb('r', { ladder, ...more })]);
  const before = revision();
  const rules = [{ id: 'one', when: 'targetingKey == "u"', serve: { variant: 'v1' } }];
  await stage.control.files([flag('a', { rules }), flag('other'), climb('r', { ladder, ...more })]);
  await stage.pass(1_500, controller);
  expect((await stage.row('r'))?.state.phase).toBe('dwelling');
  return { before, without };
}

/** Lets time pass until it has its answer; what never comes ends after a minute of the stage. */
async function restore(input: Omit<RestoreInput, 'environment' | 'author' | 'why'>): Promise<ApplyResult> {
  let result: ApplyResult | undefined;
  const done = restores.restore({ ...asked, ...input }).then((answer) => {
    result = answer;
  });
  await settle();
  for (let passed = 0; passed < 60_000 && result === undefined; passed += 250)
    await stage.pass(250, controller);
  await done;
  if (result === undefined) throw new Error('no answer');
  return result;
}

const actions = async () =>
  (await stage.control.views.history(ENVIRONMENT, { limit: 3 })).map(({ action }) => action).toReversed();
const flagNow = () => stage.control.views.resource(ENVIRONMENT, 'Flag/a')?.resource;

describe('a restore', () => {
  test('of what a climbing release pins rolls it back first, and is then one revision', async () => {
    const { before } = await climbOn();
    const result = await restore({ to: before });
    expect(result).toMatchObject({ ok: true, kept: [], rolledBack: [{ release: 'r' }] });
    expect(result.ok && result.rolledBack?.[0]?.took).toBeGreaterThanOrEqual(250);
    expect(flagNow()).toEqual(flag('a'));
    expect((await actions()).slice(-2)).toEqual(['place', 'restore']);
    const { state } = (await stage.row('r')) ?? {};
    expect(state).toMatchObject({
      phase: 'rolled-back',
      rollback: {
        cause: 'abort',
        by: asked.author,
        why: `revision ${before} is restored, which contradicts it: because`,
      },
    });
    // It stays so until somebody resumes it.
    await stage.pass(5_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
  });

  test('to before a release was there rolls it back first, and then holds exactly what was', async () => {
    const { without } = await climbOn();
    const then = await stage.control.views.change(ENVIRONMENT, without);
    const result = await restore({ to: without });
    expect(result).toMatchObject({ ok: true, kept: [], rolledBack: [{ release: 'r' }] });
    expect(stage.control.views.resource(ENVIRONMENT, 'Release/r')).toBeUndefined();
    expect(stage.control.views.resource(ENVIRONMENT, 'Flag/other')).toBeUndefined();
    await stage.pass(500, controller);
    expect(await stage.row('r')).toBeUndefined();
    const [last] = await stage.control.views.history(ENVIRONMENT, { limit: 1 });
    expect(last).toMatchObject({ action: 'restore', facts: { restored: without } });
    expect(then?.names).toEqual(['Flag/a']);
  });

  test('takes a completed release back too', async () => {
    await stage.control.files([flag('a')]);
    const without = stage.control.views.head(ENVIRONMENT)?.head.revision ?? 0;
    await stage.control.files([flag('a'), climb('r')]);
    await stage.pass(10_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('completed');
    expect(await restore({ to: without })).toMatchObject({ ok: true, rolledBack: [{ release: 'r' }] });
    expect(stage.control.views.resource(ENVIRONMENT, 'Release/r')).toBeUndefined();
  });

  test('says in a dry run who would be rolled back, and touches nobody', async () => {
    const { before } = await climbOn();
    const result = await restore({ to: before, dryRun: true });
    expect(result).toMatchObject({
      ok: true,
      changed: true,
      diff: [{ key: 'Flag/a' }],
      rolledBack: [{ release: 'r' }],
    });
    expect(result.ok && result.issues).toMatchObject([
      {
        code: 'RELEASE_BACK_FIRST',
        message: 'Release/r is rolled back first, and stays so until it is resumed: it holds Flag/a',
      },
    ]);
    await stage.pass(2_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('dwelling');
  });

  test('leaves alone what it does not contradict, and a release that lets its flag change', async () => {
    const { before } = await climbOn({ onChange: 'carry-on' });
    const result = await restore({ to: before });
    expect(result).toMatchObject({ ok: true, changed: true });
    expect(result.ok && result.rolledBack).toBeUndefined();
    expect((await stage.row('r'))?.state.phase).toBe('dwelling');
  });

  test('restores nothing where a release does not come back in time, and says how it stands; asked again it goes in', async () => {
    const { before } = await climbOn();
    const now = flagNow();
    cutOff = true;
    const late = await restore({ to: before });
    expect(late).toMatchObject({ ok: false, code: 'PINNED' });
    expect(!late.ok && late.message).toMatch(
      /^Nothing was restored\. Release\/r is still rolling back after 5 s\. 1 of 2 processes have taken it in\. .* Ask again when it is rolled back\.$/,
    );
    expect(flagNow()).toEqual(now);
    cutOff = false;
    await stage.pass(2_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
    expect(await restore({ to: before })).toMatchObject({ ok: true, changed: true });
    expect(flagNow()).toEqual(flag('a'));
  });

  test('does not take back by itself what its author wants frozen rather than taken back', async () => {
    const { before } = await climbOn({ onFailure: 'freeze' });
    expect(await restore({ to: before })).toMatchObject({
      ok: false,
      code: 'PINNED',
      issues: [{ code: 'RELEASE_PINS', resource: 'Flag/a' }],
    });
    expect((await stage.row('r'))?.state.phase).toBe('dwelling');
  });

  test('may be asked of a process that does not control', async () => {
    const { before } = await climbOn();
    const other = stage.start('two', { receivers });
    await stage.pass(250, controller, other);
    expect([controller.holds, other.holds]).toEqual([true, false]);
    restores = open(other);
    expect(await restore({ to: before })).toMatchObject({ ok: true, rolledBack: [{ release: 'r' }] });
    expect(flagNow()).toEqual(flag('a'));
  });

  test('is not done where nobody controls, though the abort is kept', async () => {
    const { before } = await climbOn();
    await controller.close();
    const late = await restore({ to: before });
    expect(!late.ok && late.message).toContain('nobody controls its environment now');
    const next = stage.start('two');
    await stage.pass(3_000, next);
    expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
  });

  test('ends its wait when the process ends, and the release goes back all the same', async () => {
    const { before } = await climbOn();
    const answer = restores.restore({ ...asked, to: before });
    await settle();
    restores.close();
    await stage.pass(250, controller);
    expect(await answer).toMatchObject({ ok: false, code: 'PINNED' });
    await stage.pass(3_000, controller);
    expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
  });

  test('is told to whoever waits for it', async () => {
    const { before } = await climbOn();
    expect(await restores.settled(ENVIRONMENT)).toBe(false);
    const answer = restores.restore({ ...asked, to: before });
    await settle();
    let settled: boolean | undefined;
    void restores.settled(ENVIRONMENT).then((went) => {
      settled = went;
    });
    await settle();
    expect(settled).toBeUndefined();
    await stage.pass(3_000, controller);
    expect(await answer).toMatchObject({ ok: true });
    await settle();
    expect(settled).toBe(true);
  });
});
