import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReceiverView, ReleaseView } from '@ombre/protocol';
import { describe, expect, test, vi } from 'vitest';
import { until } from '../until.ts';
import { startControlPlane } from './control-plane.ts';
import { createGatewayStage, type GatewayProcess, load } from './gateway-stage.ts';

const { environment, heldSocket, launch, later, startGateway } = createGatewayStage();

// A busy machine is given its time: nothing here asserts how long anything takes.
vi.setConfig({ testTimeout: 120_000 });

interface Worker {
  readonly worker: number;
  readonly pid: number | null;
  readonly adminUrl: string | null;
  readonly restarts: number;
}

async function workersOf({ adminUrl }: GatewayProcess): Promise<readonly Worker[]> {
  return (await (await fetch(`${adminUrl}/workers`)).json()) as readonly Worker[];
}

/** Waits until each of them serves. */
function serving(gateway: GatewayProcess): Promise<readonly (Worker & { readonly pid: number })[]> {
  return until(async () => {
    const workers = await workersOf(gateway);
    expect(workers.every(({ adminUrl }) => adminUrl !== null)).toBe(true);
    return workers as readonly (Worker & { readonly pid: number })[];
  });
}

/** Requests counted, by worker. */
async function counted({ adminUrl }: { readonly adminUrl: string }): Promise<readonly number[]> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const counts: number[] = [];
  for (const [, worker, count] of text.matchAll(
    /^ombre_gateway_requests_total\{worker="(\d+)",.*\} (\d+)$/gm,
  ))
    counts[Number(worker) - 1] = (counts[Number(worker) - 1] ?? 0) + Number(count);
  return Array.from(counts, (count) => count ?? 0);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe.skipIf(process.platform === 'win32')('a gateway of several workers', () => {
  test('counts each request once, and shows all of them at one port', async () => {
    const gateway = await startGateway(await environment(), '127.0.0.1:0', ['--workers', '3']);
    await serving(gateway);
    const clients = load(Number(new URL(gateway.url).port), 24);
    await clients.more(600);
    await clients.stop();
    expect(clients.told.failures).toEqual([]);
    // Counted when the answer has gone out, which may be after it was read.
    await until(async () => expect(sum(await counted(gateway))).toBe(clients.told.sent));
    // Who takes a connection is the kernel's choice; in the long run nobody takes all.
    let more = 0;
    await until(async () => {
      expect((await fetch(gateway.url, { headers: { connection: 'close' } })).status).toBe(200);
      more += 1;
      const counts = await counted(gateway);
      expect(sum(counts)).toBe(clients.told.sent + more);
      expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1);
    });
    expect(await gateway.stop()).toBe(0);
  });

  test('serves on when a worker is killed: only what was under way on its own connections fails, and it is back', async () => {
    const gateway = await startGateway(await environment(), '127.0.0.1:0', ['--workers', '2']);
    const before = await serving(gateway);
    const clients = load(Number(new URL(gateway.url).port), 24);
    await clients.more(300);
    const counts = await counted(gateway);
    // Whoever was given most of the connections dies, so that its death is felt.
    const victim = (counts[0] ?? 0) >= (counts[1] ?? 0) ? 0 : 1;
    process.kill(before[victim]!.pid, 'SIGKILL');
    await clients.more(300);
    const after = await serving(gateway);
    expect(after[victim]).toMatchObject({ worker: victim + 1, restarts: 1 });
    expect(after[victim]!.pid).not.toBe(before[victim]!.pid);
    expect(after[1 - victim]).toEqual(before[1 - victim]);
    await clients.more(300);
    await clients.stop();
    // One request at a time is under way on a connection: no connection fails twice, and those of the other worker never.
    expect(clients.told.failures.length).toBe(clients.lost.size);
    expect(clients.told.failures.length).toBeLessThanOrEqual(24);
    expect(clients.told.failures.filter((why) => !/ECONNRESET|EPIPE|socket hang up/.test(why))).toEqual([]);
    expect(clients.told.answered).toBe(clients.told.sent - clients.told.failures.length);
    expect(gateway.said()).toContain(`worker ${victim + 1} was killed (SIGKILL)`);
  });

  test('loses nothing when a worker is told to stop and another takes its place', async () => {
    const gateway = await startGateway(await environment(), '127.0.0.1:0', ['--workers', '2']);
    const before = await serving(gateway);
    const clients = load(Number(new URL(gateway.url).port));
    for (const { worker, pid } of before) {
      await clients.more(200);
      process.kill(pid, 'SIGTERM');
      await until(async () => expect((await serving(gateway))[worker - 1]).toMatchObject({ restarts: 1 }));
    }
    await clients.more(200);
    await clients.stop();
    expect(clients.told.failures).toEqual([]);
  });

  test('drops no request when the next takes over the socket handed down, and none while nobody is there', async () => {
    const resources = await environment();
    const { fd, port } = heldSocket();
    const start = (): Promise<GatewayProcess> =>
      startGateway(resources, 'fd:3', ['--workers', '2', '--name', 'next'], fd);
    const first = await start();
    expect(first.url).toBe(`http://127.0.0.1:${port}`);
    const clients = load(port);
    await clients.more(200);
    const second = await start();
    expect(await first.stop()).toBe(0);
    await clients.more(200);
    // As systemd does it: every process of the service is told, and the first tells its workers once more.
    for (const { pid } of await serving(second)) process.kill(pid, 'SIGTERM');
    expect(await second.stop()).toBe(0);
    await start();
    await clients.more(200);
    await clients.stop();
    expect(clients.told.failures).toEqual([]);
  });

  test('ends when its last worker died and the socket handed down is gone with it', async () => {
    const { fd } = heldSocket();
    const gateway = await startGateway(await environment(), 'fd:3', ['--workers', '2'], fd);
    await serving(gateway);
    let over = false;
    void gateway.ended.then(() => {
      over = true;
    });
    // On a slow machine one may be back before the other is gone.
    await until(async () => {
      for (const { pid } of await workersOf(gateway).catch(() => [])) if (pid !== null) kill(pid);
      expect(over).toBe(true);
    });
    expect(await gateway.ended).toBe(1);
    expect(gateway.said()).toContain('whoever holds it has to start the gateway again');
  });

  test('starts none where the first cannot: a port that is taken, a count that is none', async () => {
    const resources = await environment();
    const taken = await startGateway(resources, '127.0.0.1:0');
    const words = ['--source', `dir:${resources}`, '--listen', new URL(taken.url).host];
    const refused = launch([...words, '--workers', '2']);
    expect(await refused.ended).toBe(1);
    expect(refused.said()).toMatch(/port \d+ is taken/);
    for (const count of ['0', 'many', '129']) {
      const wrong = launch([...words, '--workers', count]);
      expect(await wrong.ended).toBe(2);
      expect(wrong.said()).toContain('--workers');
    }
  });

  test('is several receivers to the control plane, which adds up what each counted; a kill without it reaches all, also one that begins anew', async () => {
    const plane = await startControlPlane(await environment(climbing), ['--json']);
    later(async () => {
      await plane.stop();
      plane.remove();
    });
    const state = join(plane.directory, '..', 'state');
    const more = ['--workers', '2', '--name', 'gw', '--expose', '--state-dir', state];
    more.push('--read-token', plane.token);
    const gateway = await startGateway(plane.url, '127.0.0.1:0', more);
    await serving(gateway);
    await until(async () => {
      const { receivers } = JSON.parse((await plane.run('receivers', '--json')).out) as {
        receivers: readonly ReceiverView[];
      };
      expect(receivers.map(({ receiver, connected }) => [receiver, connected])).toEqual([
        ['gw.1', true],
        ['gw.2', true],
      ]);
    });

    const release = async (): Promise<ReleaseView> =>
      JSON.parse((await plane.run('release', 'show', 'engine-v2', '--json')).out) as ReleaseView;
    await until(async () =>
      expect(await release()).toMatchObject({
        at: { level: 'half' },
        // The control plane's own OFREP is one too.
        receivers: { live: 3, activated: 3 },
      }),
    );
    const clients = load(Number(new URL(gateway.url).port), 24);
    await clients.more(600);
    await clients.stop();
    expect(clients.told.failures).toEqual([]);
    const aborted = await plane.run('release', 'abort', 'engine-v2', '--why', 'seen enough');
    expect(aborted, aborted.err).toMatchObject({ status: 0 });
    await until(async () => expect(await release()).toMatchObject({ phase: 'rolled-back' }));
    await until(async () => expect((await release()).blast?.requests).toBe(clients.told.sent));

    await plane.kill();
    const key = join(plane.directory, '..', 'break-glass.pem');
    writeFileSync(key, (JSON.parse(plane.welcome) as { breakGlassKey: string }).breakGlassKey, {
      mode: 0o600,
    });
    const killed = await plane.run('kill', 'engine', '--via', gateway.adminUrl, '--key', key, '--why', 'now');
    expect(killed, killed.err).toMatchObject({ status: 0 });
    expect(await variants(gateway)).toEqual(['off']);
    const [first] = await serving(gateway);
    process.kill(first!.pid, 'SIGKILL');
    await until(async () => expect((await serving(gateway))[0]).toMatchObject({ restarts: 1 }));
    await until(async () => expect(await variants(gateway)).toEqual(['off']));
  });
});

/** What twenty clients get, each over a connection of its own. */
async function variants({ url }: GatewayProcess): Promise<readonly (string | null)[]> {
  const answers = Array.from({ length: 20 }, async () => {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    return answer.headers.get('ombre-variant');
  });
  return [...new Set(await Promise.all(answers))];
}

function climbing(url: string): string {
  const upstream = (name: string): string =>
    `---\napiVersion: ombre.dev/v1\nkind: Upstream\nmetadata: { name: ${name} }\nspec: { endpoints: [{ url: '${url}' }] }\n`;
  return `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: engine }
spec: { type: string, variants: { off: spare, v1: one, v2: two }, default: v1, off: off }
${upstream('spare')}${upstream('one')}${upstream('two')}---
apiVersion: ombre.dev/v1
kind: Release
metadata: { name: engine-v2 }
spec:
  flag: engine
  from: v1
  to: v2
  ladder:
    - { name: half, share: 0.5, dwell: 10m, untested: true }
`;
}
