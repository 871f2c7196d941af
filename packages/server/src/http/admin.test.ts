import type { Resource } from '@ombre/decide/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE, type Rig, startRig } from '../running-server.suite.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ files: EXAMPLE });
});
afterAll(() => rig.close());

const flag = (name: string, value: string): Resource => ({
  apiVersion: 'ombre.dev/v1',
  kind: 'Flag',
  metadata: { name },
  spec: { type: 'string', variants: { a: value, b: 'other' }, default: 'a', off: 'b' },
});
const put = (name: string, body: unknown, headers: Record<string, string>) =>
  rig.post(`/v1/resources/Flag/${name}`, body, { method: 'PUT', token: true, headers });
const evaluate = async (name: string) =>
  (await (await rig.post(`/ofrep/v1/evaluate/flags/${name}`, {})).json()).value;

describe('resources', () => {
  test('are listed with origin and generation, and one by one with an ETag', async () => {
    const list = await (await rig.ask('/v1/resources?kind=Flag')).json();
    expect(list.resources.map((one: { key: string }) => one.key)).toContain('Flag/tiered');
    expect(list.resources.every((one: { origin: string }) => one.origin === 'files')).toBe(true);
    const one = await rig.ask('/v1/resources/Flag/tiered');
    expect(one.headers.get('etag')).toBe(`"${(await one.json()).generation}"`);
    expect((await rig.ask('/v1/resources/Flag/nope')).status).toBe(404);
  });

  test('are created, replaced and deleted by generation, effective at once', async () => {
    expect((await put('banner', flag('banner', 'one'), {})).status).toBe(428);
    const made = await put('banner', flag('banner', 'one'), { 'if-match': '"0"' });
    expect([made.status, await evaluate('banner')]).toEqual([200, 'one']);
    const again = await put('banner', flag('banner', 'two'), { 'if-match': '"0"' });
    const conflict = await again.json();
    expect([again.status, conflict.code, conflict.moved.length]).toEqual([409, 'CONFLICT', 1]);
    const generation = (await rig.ask('/v1/resources/Flag/banner')).headers.get('etag')!;
    expect((await put('banner', flag('banner', 'two'), { 'if-match': generation })).status).toBe(200);
    expect(await evaluate('banner')).toBe('two');
    const stale = await rig.ask('/v1/resources/Flag/banner', {
      method: 'DELETE',
      token: true,
      headers: { 'if-match': generation },
    });
    expect(stale.status).toBe(409);
    const now = (await rig.ask('/v1/resources/Flag/banner')).headers.get('etag')!;
    const gone = await rig.ask('/v1/resources/Flag/banner?why=no+use', {
      method: 'DELETE',
      token: true,
      headers: { 'if-match': now },
    });
    expect(gone.status).toBe(200);
    expect((await rig.post('/ofrep/v1/evaluate/flags/banner', {})).status).toBe(404);
  });

  test('of files are not changed through the API', async () => {
    const generation = (await rig.ask('/v1/resources/Flag/plain')).headers.get('etag')!;
    const refused = await put('plain', flag('plain', 'x'), { 'if-match': generation });
    expect([refused.status, (await refused.json()).code]).toEqual([409, 'OWNED']);
  });

  test('may leave out what files may, too', async () => {
    const apply = async (last: object) => {
      const ladder = [
        { name: 'some', when: 'targetingKey != ""', dwell: '1h' },
        { name: 'all', dwell: '1h', ...last },
      ];
      const release = {
        apiVersion: 'ombre.dev/v1',
        kind: 'Release',
        metadata: { name: 'r' },
        spec: { flag: 'lent', from: 'a', to: 'b', ladder },
      };
      const body = { origin: 'api', partial: true, resources: [flag('lent', 'x'), release], dryRun: true };
      const answer = await rig.post('/v1/apply', body, { token: true });
      return { status: answer.status, text: await answer.text() };
    };
    const said = await apply({ share: 1 });
    expect(said.status, said.text).toBe(200);
    expect(said.text).toContain('"share":0.9');
    const unsaid = await apply({});
    expect(unsaid.status).toBe(422);
    expect(JSON.parse(unsaid.text).issues).toMatchObject([
      { code: 'MISSING_KEY', path: 'spec.ladder[1].share' },
    ]);
  });

  test('with errors are refused with all of them, and nothing changes', async () => {
    const { revision } = await (await rig.ask('/v1/status')).json();
    const body = {
      origin: 'api',
      resources: [{ ...flag('x', 'y'), extra: 1 }, { kind: 'Flagg' }, 7],
      author: 'me',
    };
    const shapes = await rig.post('/v1/apply', body, { token: true });
    const shaped = await shapes.json();
    expect([shapes.status, shaped.code]).toEqual([422, 'INVALID']);
    expect(shaped.issues.length).toBeGreaterThanOrEqual(3);
    const unknown: Resource = {
      ...flag('x', 'y'),
      spec: { type: 'string', variants: { a: 'a' }, default: 'nope', off: 'a' },
    } as Resource;
    const meaning = await rig.post('/v1/apply', { origin: 'api', resources: [unknown] }, { token: true });
    expect([meaning.status, (await meaning.json()).code]).toEqual([422, 'INVALID']);
    expect((await (await rig.ask('/v1/status')).json()).revision).toBe(revision);
  });

  test('whose path and body differ are refused', async () => {
    const refused = await put('one', flag('two', 'x'), { 'if-match': '"0"' });
    expect([refused.status, (await refused.json()).code]).toEqual([400, 'REQUEST_INVALID']);
  });

  test('are exported as YAML that an apply takes back unchanged', async () => {
    const yaml = await (await rig.ask('/v1/export?origin=files')).text();
    expect(yaml).toContain('kind: Flag');
    expect(yaml).toContain('name: tiered');
  });
});

describe('an apply', () => {
  test('shows on a dry run what it would change, and changes nothing', async () => {
    const request = { origin: 'api', resources: [flag('dry', 'x')], dryRun: true } as const;
    const plan = await rig.client.apply(request);
    expect(plan).toMatchObject({
      ok: true,
      value: { changed: true, diff: [{ key: 'Flag/dry', change: 'added' }] },
    });
    expect((await rig.ask('/v1/resources/Flag/dry')).status).toBe(404);
  });

  test('makes one origin exactly what was sent', async () => {
    const both = await rig.client.apply({
      origin: 'api',
      resources: [flag('a', '1'), flag('b', '2')],
      why: 'two',
    });
    expect(both.ok).toBe(true);
    const one = await rig.client.apply({ origin: 'api', resources: [flag('a', '1')] });
    expect(one).toMatchObject({ ok: true, value: { diff: [{ key: 'Flag/b', change: 'removed' }] } });
    expect(await evaluate('plain')).toBe(true);
    const same = await rig.client.apply({ origin: 'api', resources: [flag('a', '1')] });
    expect(same).toMatchObject({ ok: true, value: { changed: false, diff: [] } });
  });
});

describe('history', () => {
  test('tells who, why, what; is verified; brings a revision back as a new one', async () => {
    const { revision: before } = await (await rig.ask('/v1/status')).json();
    await rig.client.apply({ origin: 'api', resources: [flag('a', 'changed')], author: 'mia', why: 'a try' });
    const list = await rig.client.history({ limit: 1 });
    if (!list.ok) throw new Error('no history');
    expect(list.value.changes[0]).toMatchObject({
      revision: before + 1,
      author: 'mia',
      why: 'a try',
      names: ['Flag/a'],
    });
    const change = await (await rig.ask(`/v1/history/${before + 1}`)).json();
    expect(change.diff).toMatchObject([{ key: 'Flag/a', change: 'changed' }]);
    expect((await rig.ask('/v1/history/999999')).status).toBe(404);
    expect((await rig.ask('/v1/history/x')).status).toBe(404);
    const restored = await rig.client.rollback({ to: before, why: 'the try failed' });
    expect(restored).toMatchObject({ ok: true, value: { revision: before + 2, changed: true } });
    expect(await evaluate('a')).toBe('1');
    expect(await (await rig.ask('/v1/history/verify')).json()).toMatchObject({ ok: true, faults: [] });
  });
});

describe('operators', () => {
  test('kill a flag and lift it again, at once and audited', async () => {
    expect((await rig.client.kill('tiered', { why: 'incident 7', author: 'ops' })).ok).toBe(true);
    const killed = await (
      await rig.post('/ofrep/v1/evaluate/flags/tiered', { context: { user: { tier: 'L5' } } })
    ).json();
    expect(killed).toMatchObject({ reason: 'DISABLED', variant: 'v1', metadata: { cause: 'kill' } });
    const { overrides } = await (await rig.ask('/v1/overrides')).json();
    expect(overrides).toMatchObject([{ flag: 'tiered', kind: 'kill', by: 'ops', why: 'incident 7' }]);
    expect((await rig.client.unkill('tiered')).ok).toBe(true);
    expect((await (await rig.ask('/v1/overrides')).json()).overrides).toEqual([]);
  });

  test('target one unit', async () => {
    expect((await rig.client.target('tiered', 'u/9', { variant: 'v2' })).ok).toBe(true);
    const ask = async (targetingKey: string) =>
      (await (await rig.post('/ofrep/v1/evaluate/flags/tiered', { context: { targetingKey } })).json())
        .variant;
    expect([await ask('u/9'), await ask('u9')]).toEqual(['v2', 'v1']);
    expect((await rig.client.untarget('tiered', 'u/9')).ok).toBe(true);
    expect(await ask('u/9')).toBe('v1');
  });

  test('cannot kill or target what is not there', async () => {
    expect(await rig.client.kill('nope')).toMatchObject({ ok: false, status: 404 });
    expect((await rig.client.target('tiered', 'u', { variant: 'v9' })).ok).toBe(false);
  });
});

test('explain tells the same outcome as OFREP, with its steps', async () => {
  const context = { user: { tier: 'L5' } };
  const explained = await (await rig.post('/v1/explain', { flag: 'tiered', context })).json();
  expect(explained).toMatchObject({ flag: 'tiered', outcome: { variant: 'v2', rule: 'vip' } });
  expect(explained.steps.length).toBeGreaterThan(0);
});

test('status tells what is served and what the directory said', async () => {
  expect(await (await rig.ask('/v1/status')).json()).toMatchObject({
    environment: 'judge/production',
    flags: 5,
    author: { state: 'applied', issues: [], drift: [] },
  });
});

test('the process tells its environments, health and interface', async () => {
  expect(await (await rig.ask('/v1/environments')).json()).toEqual({ environments: ['judge/production'] });
  expect((await rig.ask('/healthz')).status).toBe(200);
  expect((await rig.ask('/readyz')).status).toBe(200);
  const document = await (await rig.ask('/openapi.json')).json();
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/p/{project}/{environment}/ofrep/v1/evaluate/flags/{key}');
});

test('paths that are none are 404 in the same shape', async () => {
  const response = await rig.ask('/v1/nope?token=secret');
  const body = await response.json();
  expect([response.status, body.code]).toEqual([404, 'NOT_FOUND']);
  expect(JSON.stringify(body)).not.toContain('secret');
});
