import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import type { ControlPlane } from './control-plane.ts';
import { end, type Running, startListening } from './start-listening.ts';

const root = join(import.meta.dirname, '..', '..');
const example = join(root, 'examples', 'question-bank');
const ombre = join(root, 'packages', 'cli', 'bin', 'ombre.js');

const ATTRIBUTES = {
  'user.id': 'x-user-id',
  'user.tier': 'x-user-tier',
  'geo.region': 'x-region',
  'client.version': 'x-client-version',
};

/** The services of the example in both versions, a gateway for each flag, and users, all as processes of their own. */
export interface QuestionBank {
  /** Requests a service was given so far, from itself. */
  requests(service: string): Promise<number>;
  /** Where the gateway of a flag publishes metrics. */
  adminUrl(flag: string): string;
  killGateway(flag: string): Promise<void>;
  /** Starts it again on the same port, under the same name. */
  startGateway(flag: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the question bank on a control plane: `rates` are requests a second by flag. */
export async function openQuestionBank(
  plane: ControlPlane,
  rates: Readonly<Record<string, number>>,
): Promise<QuestionBank> {
  const flags = Object.keys(rates);
  const running = new Map<string, Running>();

  async function startGateway(flag: string): Promise<void> {
    const port = running.has(flag) ? new URL(running.get(flag)?.url ?? '').port : await freePort();
    const words = [
      ...[ombre, 'gateway', '--json', '--url', plane.url, '--token', plane.token],
      ...[
        '--flag',
        flag,
        '--name',
        `edge-${flag}`,
        '--listen',
        `127.0.0.1:${port}`,
        '--unit',
        'header:x-user-id',
      ],
      ...Object.entries(ATTRIBUTES).flatMap(([name, header]) => ['--attribute', `${name}=header:${header}`]),
    ];
    running.set(flag, await startListening(words));
  }

  const names = flags.flatMap((flag) => ['v1', 'v2'].map((version) => `${flag}-${version}`));
  await Promise.all(
    names.map(async (name) => {
      const service = await startListening([join(example, 'judge-service.mjs'), name]);
      running.set(name, service);
      await putUpstream(plane, name, service.url);
    }),
  );
  await Promise.all(flags.map(startGateway));
  const doors = flags.flatMap((flag) => [running.get(flag)?.url ?? '', String(rates[flag])]);
  const traffic = spawn(process.execPath, [join(example, 'story', 'send-traffic.mjs'), ...doors], {
    stdio: 'pipe',
  });
  traffic.stdout.resume();

  return {
    async requests(service) {
      const response = await fetch(`${running.get(service)?.url}/stats`);
      return ((await response.json()) as { requests: number }).requests;
    },
    adminUrl: (flag) => running.get(flag)?.adminUrl ?? '',
    killGateway: async (flag) => await running.get(flag)?.end('SIGKILL'),
    startGateway,
    async close() {
      await end(traffic, 'SIGTERM');
      await Promise.all([...running.values()].map((one) => one.end('SIGTERM')));
    },
  };
}

async function putUpstream(plane: ControlPlane, name: string, url: string): Promise<void> {
  const response = await fetch(`${plane.url}/v1/resources/Upstream/${name}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${plane.token}`,
      'content-type': 'application/json',
      'if-match': '"0"',
    },
    body: JSON.stringify({
      apiVersion: 'ombre.dev/v1',
      kind: 'Upstream',
      metadata: { name },
      spec: { endpoints: [{ url }], timeout: '5s' },
    }),
  });
  if (!response.ok) throw new Error(`Upstream ${name}: ${await response.text()}`);
}
