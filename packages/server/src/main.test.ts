import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../test/until.ts';
import { createLog } from './http/log.ts';
import { startServer } from './main.ts';
import { EXAMPLE, startRig } from './running-server.suite.ts';
import type { ServerOptions } from './server-options.ts';
import { StoreError } from './store/store.ts';
import { VERSION } from './version.ts';

const folder = mkdtempSync(join(tmpdir(), 'ombre-main-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const fresh = (options: Partial<ServerOptions> = {}): ServerOptions => ({
  dataDirectory: join(folder, String(count++)),
  port: 0,
  ...options,
});

test('the version is the one of the manifest', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
    version: string;
  };
  expect(VERSION).toBe(manifest.version);
});

describe('a start', () => {
  test('tells where it listens, what it loaded and the token, which lies in a file of its owner', async () => {
    const rig = await startRig({ files: EXAMPLE });
    expect(rig).toMatchObject({
      environment: 'judge/production',
      flags: 4,
      issues: [],
      readToken: undefined,
    });
    expect(rig.url).toBe(`http://127.0.0.1:${rig.port}`);
    expect(rig.revision).toBeGreaterThan(1);
    expect(rig.keys[0]!.pem).toContain('BEGIN PUBLIC KEY');
    const file = join(rig.folder, 'data/write-token');
    expect(readFileSync(file, 'utf8').trim()).toBe(rig.writeToken);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await rig.close();
  });

  test('of a directory with errors serves nothing of it and tells the issues', async () => {
    const rig = await startRig({
      files: { 'a.yaml': 'apiVersion: ombre.dev/v1\nkind: Flagg\nmetadata: { name: x }\n' },
    });
    expect(rig.flags).toBe(0);
    expect(rig.issues[0]).toMatchObject({ file: 'a.yaml', line: 2 });
    await rig.close();
  });

  test('finds in SQLite what the last one left, with the same token, without a new revision', async () => {
    const options = fresh();
    const first = await startServer(options);
    const headers = { authorization: `Bearer ${first.writeToken}`, 'content-type': 'application/json' };
    const resource = {
      apiVersion: 'ombre.dev/v1',
      kind: 'Flag',
      metadata: { name: 'kept' },
      spec: { type: 'boolean', variants: { on: true, off: false }, default: 'on', off: 'off' },
    };
    const body = JSON.stringify({ origin: 'api', resources: [resource] });
    expect((await fetch(`${first.url}/v1/apply`, { method: 'POST', headers, body })).status).toBe(200);
    await first.close();
    const second = await startServer(options);
    expect([second.revision, second.flags, second.writeToken]).toEqual([2, 1, first.writeToken]);
    await second.close();
  });

  test('with a large directory serves what was served before while it is read, and then what it says now', async () => {
    const directory = mkdtempSync(join(folder, 'large-'));
    const segment = (name: string, id: string): void =>
      writeFileSync(
        join(directory, `${name}.json`),
        `{"apiVersion":"ombre.dev/v1","kind":"Segment","metadata":{"name":"${name}"},"spec":{"ids":["${id}"]}}`,
      );
    for (let i = 0; i <= 1_000; i++) segment(`s${i}`, 'u');
    const options = fresh({ directory });
    const first = await startServer(options);
    expect([first.reading, first.revision]).toEqual([false, 2]);
    await first.close();
    segment('s7', 'changed-meanwhile');
    const second = await startServer(options);
    expect([second.reading, second.revision, second.issues]).toEqual([true, 2, []]);
    const status = async (): Promise<unknown> => (await fetch(`${second.url}/v1/status`)).json();
    await until(async () =>
      expect(await status()).toMatchObject({ revision: 3, author: { state: 'applied' } }),
    );
    await second.close();
  });

  test('on a data directory or port in use is refused clearly, and leaves nothing behind', async () => {
    const options = fresh();
    const first = await startServer(options);
    const second = startServer(options);
    await expect(second).rejects.toThrow(StoreError);
    const other = fresh({ port: first.port });
    await expect(startServer(other)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const again = await startServer({ ...other, port: 0 });
    // The key is shown once: a start that fails must not be the one that makes it.
    expect(again.breakGlassKey).toContain('PRIVATE KEY');
    await again.close();
    await first.close();
  });

  test.each([
    ['a port that is none', { port: 70_000 }, '70000 is no port'],
    ['an address of another machine', { host: '192.0.2.1' }, '192.0.2.1 is no address of this machine'],
    ['an environment that is none', { environment: 'judge' }, 'not "judge"'],
    ['a database of another make', { database: 'mysql://root:secret@db/x' }, 'not "mysql://…"'],
  ])('with %s is refused with a sentence', async (_, wrong, sentence) => {
    await expect(startServer(fresh(wrong))).rejects.toMatchObject({
      name: 'SettingsError',
      message: expect.stringContaining(sentence) as string,
    });
  });

  test('for another environment than the directory names is refused', async () => {
    const started = startRig({ files: EXAMPLE, environment: 'shop/staging' });
    await expect(started).rejects.toThrow(
      'shop/staging was asked for, and ombre.yaml names judge/production',
    );
  });

  test('off loopback asks for a token to read, and says which', async () => {
    const server = await startServer(fresh({ host: '0.0.0.0' }));
    expect(server.readToken).toBeDefined();
    const at = `http://127.0.0.1:${server.port}`;
    expect((await fetch(`${at}/v1/status`)).status).toBe(401);
    expect((await fetch(`${at}/healthz`)).status).toBe(200);
    const reader = { headers: { authorization: `Bearer ${server.readToken}` } };
    expect((await fetch(`${at}/v1/status`, reader)).status).toBe(200);
    const bulk = await fetch(`${at}/ofrep/v1/evaluate/flags`, { method: 'POST', ...reader });
    const { eventStreams } = (await bulk.json()) as { eventStreams: { endpoint: { requestUri: string } }[] };
    const { requestUri } = eventStreams[0]!.endpoint;
    expect(requestUri).not.toContain(server.readToken!);
    // As a browser opens it: no header.
    const stream = await fetch(`${at}${requestUri}`);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    await stream.body!.cancel();
    await server.close();
  });
});

test('behind a proxy the stream is named by the path the proxy publishes', async () => {
  const rig = await startRig({ files: EXAMPLE, publicPath: '/flags' });
  const { eventStreams } = await (await rig.post('/p/judge/production/ofrep/v1/evaluate/flags', {})).json();
  expect(eventStreams[0].endpoint.requestUri).toBe('/flags/p/judge/production/ofrep/v1/events');
  await rig.close();
});

describe('an end', () => {
  test('ends streams, answers what is in flight and refuses what comes later', async () => {
    const rig = await startRig({ files: EXAMPLE });
    const stream = await fetch(`${rig.url}/v1/sync/stream`);
    const reading = stream.text();
    // A request whose body is still on its way when the end begins: the server has said that it waits for it.
    const asked = request({
      port: rig.port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/explain',
      headers: { 'content-type': 'application/json', expect: '100-continue' },
    });
    const answered = once(asked, 'response');
    asked.flushHeaders();
    await once(asked, 'continue');
    asked.write('{"flag":');
    const closed = rig.close();
    expect(await reading).toContain('event: resync');
    asked.end('"plain"}');
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    await closed;
    await expect(fetch(`${rig.url}/healthz`)).rejects.toThrow();
  });
});

test('a request that never ends is cut', async () => {
  const rig = await startRig({ requestTimeout: 1_500 });
  const ended = new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(rig.port, '127.0.0.1', () => {
      socket.write(
        'POST /v1/explain HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
      );
    });
    socket.on('data', (piece) => {
      text += piece.toString();
    });
    socket.on('close', () => resolve(text));
  });
  const answer = await ended;
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(answer).toContain('"code":"REQUEST_TIMEOUT"');
  await rig.close();
});

test('no log line, answer or export holds a token, a ticket or a key', async () => {
  let lines = '';
  const log = createLog('debug', { write: (line: string) => (lines += line) });
  const secrets = ['write-secret-0123456789', 'read-secret-0123456789'];
  const rig = await startRig({ files: EXAMPLE, log, writeToken: secrets[0]!, readToken: secrets[1]! });
  const headers = { authorization: `Bearer ${secrets[0]}` };
  const texts: string[] = [];
  for (const path of [
    '/v1/nope',
    '/v1/status',
    '/v1/export',
    '/v1/history',
    '/v1/resources',
    '/metrics',
    '/openapi.json',
  ]) {
    texts.push(await (await fetch(`${rig.url}${path}?ticket=${secrets[1]}`, { headers })).text());
  }
  const broken = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{' };
  texts.push(await (await fetch(`${rig.url}/v1/apply`, broken)).text());
  rig.write('flags.yaml', 'kind: [');
  await until(() => expect(lines).toContain('refused'));
  const key = readFileSync(join(rig.folder, 'data/keys/active'), 'utf8').trim();
  const pem = readFileSync(join(rig.folder, `data/keys/${key}.private.pem`), 'utf8');
  await rig.close();
  for (const secret of [...secrets, pem.split('\n')[1]!]) {
    expect(lines).not.toContain(secret);
    for (const text of texts) expect(text).not.toContain(secret);
  }
});
