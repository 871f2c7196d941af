import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { until } from '../until.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { saved, startWatcher } from './watcher.ts';

const ombre = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ombre.js');
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ombre-glass-'));
  ends.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A service that says its name. */
async function serve(name: string): Promise<string> {
  const server = createServer((_request, response) => response.end(name));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Gateway {
  readonly url: string;
  readonly adminUrl: string;
  kill(): Promise<void>;
}

async function startGateway(...words: readonly string[]): Promise<Gateway> {
  const child: ChildProcess = spawn(
    process.execPath,
    [ombre, 'gateway', '--flag', 'engine', '--listen', '127.0.0.1:0', '--json', ...words],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  ends.push(kill);
  let said = '';
  child.stdout?.on('data', (text: Buffer) => {
    said += text;
  });
  child.stderr?.on('data', () => {});
  return { ...(await until(() => JSON.parse(said) as { url: string; adminUrl: string })), kill };
}

const ask = async (gateway: Gateway): Promise<string> => (await fetch(gateway.url)).text();

function resources(one: string, two: string): string {
  const upstream = (name: string, url: string): string =>
    `---\napiVersion: ombre.dev/v1\nkind: Upstream\nmetadata: { name: ${name} }\nspec: { endpoints: [{ url: '${url}' }] }\n`;
  return `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: engine }
spec: { type: string, variants: { old: one, new: two }, default: new, off: old }
${upstream('one', one)}${upstream('two', two)}`;
}

async function history(
  plane: ControlPlane,
): Promise<{ action: string; author: string; why: string; names: string[] }[]> {
  const { out } = await plane.run('history', '--json');
  return (JSON.parse(out) as { changes: { action: string; author: string; why: string; names: string[] }[] })
    .changes;
}

test('with the control plane dead a flag is killed through gateways and a state directory; back, it takes the kills over as one change each, and lifts them', async () => {
  const plane = await startControlPlane('question-bank', ['--json']);
  ends.push(async () => {
    await plane.stop();
    plane.remove();
  });
  const file = join(plane.directory, 'engine.yaml');
  const [one, two] = [await serve('one'), await serve('two')];
  writeFileSync(file, resources(one, two));
  const { breakGlassKey } = JSON.parse(plane.welcome) as { breakGlassKey: string };
  const key = join(folder(), 'break-glass.pem');
  writeFileSync(key, breakGlassKey, { mode: 0o600 });

  const [gatewayState, serviceState] = [folder(), folder()];
  const words = ['--source', plane.url, '--name', 'g1', '--state-dir', gatewayState];
  let gateway = await startGateway(...words);
  await until(async () => expect(await ask(gateway)).toBe('two'));
  const peer = await startGateway('--source', plane.url, '--name', 'g2', '--peer', gateway.adminUrl);
  await until(async () => expect(await ask(peer)).toBe('two'));
  const service = startWatcher(plane.url, serviceState);
  ends.push(() => service.kill());
  await service.until((seen) => seen.value === 'submit-service-v2' && seen.status === 'ready');
  await Promise.all([saved(gatewayState), saved(serviceState)]);

  await plane.kill();
  const via = await plane.run(
    'kill',
    'engine',
    '--via',
    gateway.adminUrl,
    '--key',
    key,
    '--why',
    'store is down',
  );
  expect(via, via.err).toMatchObject({ status: 0 });
  // At once: the next request already.
  expect(await ask(gateway)).toBe('one');
  await until(async () => expect(await ask(peer)).toBe('one'));

  const left = await plane.run(
    'kill',
    'submit-service',
    '--state-dir',
    serviceState,
    '--key',
    key,
    '--for',
    '2h',
  );
  expect(left, left.err).toMatchObject({ status: 0 });
  await service.until((seen) => seen.reason === 'kill' && seen.value === 'submit-service-v1');

  const wrong = await plane.run('kill', 'nobody', '--via', gateway.adminUrl, '--key', key);
  expect(wrong.status).toBe(1);
  expect(wrong.out).toContain('KILL_UNKNOWN_FLAG');

  // A restart without the control plane keeps the kill.
  await gateway.kill();
  gateway = await startGateway(...words);
  expect(await ask(gateway)).toBe('one');

  await plane.restart();
  await until(async () => {
    const kills = (await history(plane)).filter(({ action }) => action === 'break-glass');
    expect(kills.map(({ names }) => names.join()).sort()).toEqual([
      'Override/engine',
      'Override/submit-service',
    ]);
  });
  expect((await history(plane)).find(({ names }) => names.includes('Override/engine'))).toMatchObject({
    why: 'store is down',
  });

  // The next apply does not lift it.
  writeFileSync(file, resources(one, two).replace('variants: {', 'variants: { third: three,'));
  await until(async () => expect((await history(plane))[0]).toMatchObject({ action: 'apply' }));
  expect([await ask(gateway), await ask(peer)]).toEqual(['one', 'one']);

  const lifted = await plane.run('kill', 'engine', '--lift', '--why', 'mended');
  expect(lifted, lifted.err).toMatchObject({ status: 0 });
  await until(async () => expect([await ask(gateway), await ask(peer)]).toEqual(['two', 'two']));
  await plane.run('kill', 'submit-service', '--lift');
  await service.until((seen) => seen.reason !== 'kill' && (seen.revision ?? 0) > 5);
  // Nobody brings it back: each was handed in once and no more.
  await gateway.kill();
  gateway = await startGateway(...words);
  await until(async () => expect(await ask(gateway)).toBe('two'));
  const changes = await history(plane);
  expect(changes.filter(({ action }) => action === 'break-glass')).toHaveLength(2);
  const verdict = await plane.run('history', '--verify');
  expect(verdict, verdict.err).toMatchObject({ status: 0 });
});
