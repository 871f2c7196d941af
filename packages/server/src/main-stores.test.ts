import { createPrivateKey, sign } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@ombre/decide';
import type { Resource } from '@ombre/decide/model';
import { createClient, type Fetch } from '@ombre/protocol';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startServer } from './main.ts';
import { restoreServer } from './restore-server.ts';
import type { RunningServer } from './running-server.ts';
import type { ServerOptions } from './server-options.ts';
import { describeOnPostgres } from './store/postgres/postgres-server.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'ombre-stores-'));
const servers: RunningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(options: Partial<ServerOptions> & { dataDirectory: string }) {
  const server = await startServer({ port: 0, environment: 'shop/live', ...options });
  servers.push(server);
  const client = createClient({
    url: server.url,
    token: server.writeToken,
    fetch: fetch as unknown as Fetch,
  });
  const ask = async (flag: string) =>
    (await client.evaluate(flag, {})).body as { value?: unknown; metadata?: { cause: string } };
  return { server, client, ask };
}

const flag = (name: string, value: string): Resource => ({
  apiVersion: 'ombre.dev/v1',
  kind: 'Flag',
  metadata: { name },
  spec: { type: 'string', variants: { a: value, b: 'off' }, default: 'a', off: 'b' },
});

describe('on SQLite', () => {
  test('a backup made while serving comes back as a new lineage with the same answers', async () => {
    const { server, client } = await start({ dataDirectory: join(folder, 'old') });
    await client.apply({ origin: 'api', resources: [flag('kept', 'one')] });
    const made = await client.backup();
    if (!made.ok) throw new Error(made.failure.message);
    expect(made.value).toMatchObject({ environments: 1 });
    expect(existsSync(made.value.file)).toBe(true);
    const before = await client.head();
    await client.apply({ origin: 'api', resources: [flag('kept', 'lost')] });
    await server.close();
    servers.length = 0;

    const dataDirectory = join(folder, 'new');
    cpSync(join(folder, 'old/keys'), join(dataDirectory, 'keys'), { recursive: true });
    const restored = await restoreServer({
      file: made.value.file,
      dataDirectory,
      author: 'ops',
      why: 'a drill',
    });
    expect(restored).toMatchObject({ ok: true, warnings: [] });
    const again = await start({ dataDirectory });
    expect((await again.ask('kept')).value).toBe('one');
    const after = (await (await fetch(`${again.server.url}/v1/sync/head`)).json()) as {
      head: { lineage: string };
      successions: { payload: string }[];
    };
    if (!before.ok) throw new Error('no head');
    expect(after.head.lineage).not.toBe(before.value.head.lineage);
    expect(after.successions[0]!.payload).toContain(before.value.head.lineage);
  });

  test('a kill signed with the break-glass key is taken without a token, another is not', async () => {
    const { server, client, ask } = await start({ dataDirectory: join(folder, 'glass') });
    await client.apply({ origin: 'api', resources: [flag('pay', 'on')] });
    const head = await client.head();
    if (!head.ok) throw new Error('no head');
    const now = Date.now();
    const payload = canonicalJson({
      environment: 'shop/live',
      lineage: head.value.head.lineage,
      flag: 'pay',
      by: 'night shift',
      why: 'double charges',
      issued: now,
      expires: now + 60_000,
      id: 'kill-0001',
    });
    const key = createPrivateKey(server.breakGlassKey!);
    const signature = sign(null, Buffer.from(payload), key).toString('base64url');
    const open = createClient({ url: server.url, fetch: fetch as unknown as Fetch });
    const forged = await open.breakGlass({ payload: payload.replace('night', 'other'), signature });
    expect(forged).toMatchObject({ ok: false, status: 403, failure: { code: 'SIGNATURE_INVALID' } });
    expect((await ask('pay')).value).toBe('on');
    expect((await open.breakGlass({ payload, signature })).ok).toBe(true);
    expect(await ask('pay')).toMatchObject({ value: 'off', metadata: { cause: 'kill' } });
  });

  test('an override is lifted when its time has run out', async () => {
    const { client, ask } = await start({ dataDirectory: join(folder, 'expiry') });
    await client.apply({ origin: 'api', resources: [flag('pay', 'on')] });
    await client.kill('pay', { until: Date.now() + 4_000, why: 'a moment' });
    expect((await ask('pay')).value).toBe('off');
    for (;;) {
      const overrides = await client.overrides();
      if (overrides.ok && overrides.value.overrides.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await ask('pay')).value).toBe('on');
    const history = await client.history({ limit: 1 });
    expect(history).toMatchObject({ ok: true, value: { changes: [{ action: 'expire' }] } });
  });
});

describeOnPostgres('on PostgreSQL', (postgres) => {
  test('a change through one process is served by the other, and its stream tells of it', async () => {
    const database = await postgres.database();
    // Processes of one control plane share its keys and tokens.
    const dataDirectory = join(folder, 'shared');
    const one = await start({ dataDirectory, database });
    const two = await start({ dataDirectory, database });
    const stop = new AbortController();
    const stream = await fetch(`${two.server.url}/v1/sync/stream`, { signal: stop.signal });
    const reader = stream.body!.getReader();
    expect((await one.client.apply({ origin: 'api', resources: [flag('shared', 'both')] })).ok).toBe(true);
    let text = '';
    while (!text.includes('event: delta')) text += Buffer.from((await reader.read()).value!).toString();
    expect((await two.ask('shared')).value).toBe('both');
    stop.abort();
  });
});
