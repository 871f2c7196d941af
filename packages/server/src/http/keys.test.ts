import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Rig, startRig } from '../running-server.suite.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const roles = async () => {
  const view = await rig.client.keys();
  return view.ok ? view.value.keys.map(({ role }) => role) : view.failure;
};
const acknowledge = (receiver: string, trusts?: readonly string[]) =>
  rig.client.acknowledge({
    receiver,
    class: 'sdk',
    lineage: 'l',
    revision: 1,
    digest: 'a'.repeat(64),
    ...(trusts === undefined ? {} : { trusts }),
  });

test('a key is prepared, rotated to only when every live receiver that verifies trusts it, and signs from then on', async () => {
  const [active] = rig.keys;
  const signed = async () => {
    const head = await rig.client.head();
    return head.ok ? head.value.key : head.failure;
  };
  expect(await roles()).toEqual(['active']);
  const nothing = await rig.client.rotateKey({ next: 'a'.repeat(16) });
  expect(nothing).toMatchObject({ ok: false, status: 409, failure: { code: 'CONFLICT' } });

  const prepared = await rig.client.prepareKey();
  if (!prepared.ok) throw new Error('not prepared');
  const next = prepared.value.keys.find(({ role }) => role === 'next')?.id ?? '';
  expect(await rig.client.prepareKey()).toEqual(prepared);
  expect(JSON.stringify(prepared)).not.toContain('PRIVATE');
  expect(await signed()).toBe(active?.id);

  await acknowledge('verifies', [active?.id ?? '']);
  await acknowledge('does-not');
  expect(await rig.client.keys()).toMatchObject({ value: { receivers: { live: 2, waiting: ['verifies'] } } });
  const early = await rig.client.rotateKey({ next });
  expect(early).toMatchObject({ ok: false, status: 409 });
  expect(!early.ok && early.failure.message).toContain('verifies');

  await acknowledge('verifies', [active?.id ?? '', next]);
  expect(await rig.client.rotateKey({ next, dryRun: true })).toMatchObject({ ok: true });
  expect(await signed()).toBe(active?.id);
  expect(await rig.client.rotateKey({ next })).toMatchObject({ ok: true });
  expect(await roles()).toEqual(['active', 'retired']);
  expect(await signed()).toBe(next);
  expect(await rig.client.verifyHistory()).toMatchObject({ value: { ok: true } });
});

test('a key is forgotten, but not the one that signs, and a dry run says what it would cost', async () => {
  const view = await rig.client.keys();
  if (!view.ok) throw new Error('no keys');
  const [active, retired] = view.value.keys;
  expect(await rig.client.forgetKey({ id: active?.id ?? '' })).toMatchObject({ ok: false, status: 409 });
  expect(await rig.client.forgetKey({ id: 'f'.repeat(16) })).toMatchObject({ ok: false, status: 404 });
  expect(await rig.client.forgetKey({ id: '../../etc/passwd' })).toMatchObject({ ok: false, status: 400 });
  const would = await rig.client.forgetKey({ id: retired?.id ?? '', dryRun: true });
  expect(would).toMatchObject({ ok: true, value: { changes: 1 } });
  expect(await roles()).toEqual(['active', 'retired']);
  expect(await rig.client.forgetKey({ id: retired?.id ?? '' })).toMatchObject({ ok: true });
  expect(await roles()).toEqual(['active']);
  expect(await rig.client.verifyHistory()).toMatchObject({ value: { ok: false } });
});

test('rotation needs the write token', async () => {
  for (const path of ['prepare', 'rotate', 'forget']) {
    expect((await rig.post(`/v1/keys/${path}`, {})).status).toBe(401);
  }
});
