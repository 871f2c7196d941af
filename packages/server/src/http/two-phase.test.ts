import type { Resource } from '@ombre/decide/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { flag } from '../commands/control.suite.ts';
import { type Rig, startRig } from '../running-server.suite.ts';

/** Long enough for what a test asks between two acknowledgements, on a slow machine too. */
const LEASE = 5_000;
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ lease: LEASE });
});
afterAll(() => rig.close());

const ask = (id: string, resources: readonly Resource[], more: object = {}) =>
  rig.post('/v1/two-phase', { id, origin: 'api', partial: true, resources, ...more }, { token: true });
const acknowledge = async (staged?: { readonly id: string; readonly version: number }) => {
  const head = await rig.client.head();
  if (!head.ok) throw new Error('no head');
  const { lineage, revision, digest } = head.value.head;
  const more = staged === undefined ? {} : { staged };
  return rig.client.acknowledge({ receiver: 'gw-1', class: 'gateway', lineage, revision, digest, ...more });
};

test('a control plane that has just begun says when to ask again', async () => {
  const answer = await ask('c0', [flag('a')]);
  expect([answer.status, (await answer.json()).code]).toEqual([503, 'TWO_PHASE_EARLY']);
  const wait = Number(answer.headers.get('retry-after'));
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(LEASE / 1_000);
  await until(async () => expect((await ask('c0', [flag('a')])).status).toBe(200));
});

test('a change is asked for, seen while it is prepared, and committed when it is staged and served', async () => {
  await until(async () => {
    const { value } = (await rig.client.twoPhaseChange('c0')) as { value: { phase: string } };
    expect(value.phase).toBe('committed');
  });
  expect(await acknowledge()).toMatchObject({ ok: true, value: { lease: LEASE } });
  const shown = await (await ask('c1', [flag('a', { default: 'v2' })], { dryRun: true })).json();
  expect(shown).toMatchObject({ changed: true, change: null, members: ['gw-1'], diff: [{ key: 'Flag/a' }] });
  const asked = await (await ask('c1', [flag('a', { default: 'v2' })], { why: 'a try' })).json();
  expect(asked.change).toMatchObject({
    id: 'c1',
    phase: 'preparing',
    members: ['gw-1'],
    quorum: 1,
    why: 'a try',
  });
  const busy = await ask('c2', [flag('b')]);
  expect([busy.status, (await busy.json()).code]).toEqual([409, 'TWO_PHASE_BUSY']);
  expect(await (await rig.ask('/metrics')).text()).toContain(
    'ombre_two_phase_under_way{environment="judge/production",phase="preparing"} 1',
  );
  await acknowledge({ id: 'c1', version: 1 });
  const view = await (await rig.ask('/v1/two-phase/c1')).json();
  expect(view).toMatchObject({ phase: 'committing', staged: ['gw-1'], awaited: [{ receiver: 'gw-1' }] });
  await acknowledge();
  const done = await (await rig.ask('/v1/two-phase/c1')).json();
  expect(done).toMatchObject({ phase: 'committed', awaited: [], aborted: null });
  const receivers = await rig.client.receivers();
  expect(receivers).toMatchObject({ ok: true, value: { receivers: [{ receiver: 'gw-1', behind: 0 }] } });
  const metrics = await (await rig.ask('/metrics')).text();
  expect(metrics).toContain(
    'ombre_two_phase_changes_total{environment="judge/production",end="committed"} 2',
  );
  expect(metrics).toContain('ombre_two_phase_committing_seconds_count{environment="judge/production"} 2');
});

test('what a receiver has staged is shown, and it earns no lease with what is older than what was decided', async () => {
  const before = await rig.client.head();
  if (!before.ok) throw new Error('no head');
  await acknowledge();
  await ask('c3', [flag('a', { default: 'v1' })]);
  const { lineage, revision, digest } = before.value.head;
  const old = { receiver: 'gw-1', class: 'gateway', lineage, revision, digest } as const;
  // An SDK has no vote, so its receiver is not waited for either.
  await rig.client.acknowledge({ ...old, receiver: 'sdk-1', class: 'sdk', staged: { id: 'c3', version: 1 } });
  expect((await rig.client.receivers()) as unknown).toMatchObject({
    value: { receivers: [{ receiver: 'gw-1' }, { receiver: 'sdk-1', staged: { id: 'c3', version: 1 } }] },
  });
  await acknowledge({ id: 'c3', version: 1 });
  expect(await rig.client.acknowledge(old)).toMatchObject({ ok: true, value: { granted: false } });
  await until(async () => {
    const view = await rig.client.twoPhaseChange('c3');
    expect(view.ok && view.value.phase).toBe('committed');
  });
});

test('ids, tokens and resources are looked at before anything begins', async () => {
  expect((await rig.ask('/v1/two-phase/none')).status).toBe(404);
  expect((await rig.post('/v1/two-phase', {})).status).toBe(401);
  expect((await ask('not an id', [])).status).toBe(400);
  expect((await ask('c9', [], { deadline: 1 })).status).toBe(400);
  const wrong = await ask('c9', [flag('a', { default: 'v9' })]);
  expect([wrong.status, (await wrong.json()).code]).toEqual([422, 'INVALID']);
  expect((await rig.ask('/v1/two-phase/c9')).status).toBe(404);
});
