import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseView } from '@ombre/protocol';
import { freePort } from '../free-port.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type Running, startListening } from './start-listening.ts';

const ombre = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ombre.js');

/** Levels of the release, from the bottom. */
export const LEVELS = ['developer', 'group', 'region', 'permille', 'full'] as const;
const USERS = 600;
/** Requests in each beat, and milliseconds between beats. */
const AT_ONCE = 4;
const BEAT = 20;

/** `engine` is moved from `v1` to `v2` by the release `engine-v2`; `more` goes into the release. */
export function engine(services: { readonly one: string; readonly two: string }, more = ''): string {
  return `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: stage }
spec:
  attributes: { user.id: { type: string }, user.staff: { type: string }, user.beta: { type: string }, user.region: { type: string } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: engine }
spec: { type: string, variants: { v1: one, v2: two }, default: v1, off: v1, unit: user.id }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: one }
spec: { endpoints: [{ url: '${services.one}' }] }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: two }
spec: { endpoints: [{ url: '${services.two}' }] }
${more === '' ? '' : `---\n${more}`}`;
}

/** The release; `guards` beside the one on failures. */
export function engineV2({
  dwell = '500ms',
  guards = [],
  before = {},
}: {
  readonly dwell?: string;
  readonly guards?: readonly string[];
  /** Steps before levels, as YAML in flow style. */
  readonly before?: Readonly<Partial<Record<(typeof LEVELS)[number], string>>>;
} = {}): string {
  const steps = (level: (typeof LEVELS)[number]): string =>
    before[level] === undefined ? '' : `, before: ${before[level]}`;
  return `apiVersion: ombre.dev/v1
kind: Release
metadata: { name: engine-v2 }
spec:
  flag: engine
  from: v1
  to: v2
  ladder:
    - { name: developer, when: 'user.staff == "yes"', share: 1, dwell: ${dwell}, untested: true${steps('developer')} }
    - { name: group, when: 'user.beta == "yes"', share: 0.5, dwell: ${dwell}, longest: 1h${steps('group')} }
    - { name: region, when: 'user.region == "CN"', share: 0.9, dwell: ${dwell}, longest: 1h${steps('region')} }
    - { name: permille, share: 0.001, dwell: ${dwell}, untested: true${steps('permille')} }
    - { name: full, share: 1, dwell: ${dwell}, longest: 1h${steps('full')} }
  guards:
${['errorRate: { max: 0.2 }', ...guards].map((guard) => `    - ${guard}`).join('\n')}
`;
}

/** A stage with real processes: a control plane and a gateway of their own, two versions of a service and users in this one. */
export interface Climb {
  readonly plane: ControlPlane;
  readonly file: string;
  readonly services: { readonly one: string; readonly two: string };
  /** Part of requests that v2 fails from now on. */
  failing: number;
  /** Requests v2 was given so far. */
  readonly served: number;
  show(release?: string): Promise<ReleaseView>;
  /** Its whole history. */
  history(release?: string): Promise<ReleaseView['events']>;
  /** Waits for it, for minutes: machines are slow at times. */
  until(what: string, wanted: (view: ReleaseView) => boolean, release?: string): Promise<ReleaseView>;
  tell(command: string, release?: string): Promise<number>;
  /** Waits until v2 gets nothing any more while others go on. */
  quiet(): Promise<void>;
  gateway: { kill(): Promise<void>; start(): Promise<void> };
  close(): Promise<void>;
}

export interface ClimbOptions {
  /** Text of the release that is applied at the start; none unless said. */
  readonly release?: string;
  /** Further words for `ombre up`. */
  readonly up?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export async function openClimb(options: ClimbOptions = {}): Promise<Climb> {
  const ends: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await open(options, (end) => ends.push(end), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  { release, up = [], env = {} }: ClimbOptions,
  later: (end: () => unknown) => void,
  close: () => Promise<void>,
): Promise<Climb> {
  const state = { failing: 0, served: 0, asked: 0 };
  const one = await serve(() => 200);
  const two = await serve(() => {
    state.served += 1;
    // Spread evenly: of any hundred in a row as many fail.
    return (state.served * state.failing) % 1 < state.failing ? 500 : 200;
  });
  for (const { server } of [one, two]) {
    later(() => {
      server.closeAllConnections();
      server.close();
    });
  }
  const services = { one: one.url, two: two.url };
  const folder = mkdtempSync(join(tmpdir(), 'ombre-climb-'));
  later(() => rmSync(folder, { recursive: true, force: true }));
  const resources = join(folder, 'stage');
  mkdirSync(resources);
  writeFileSync(join(resources, 'ombre.yaml'), 'project: stage\nenvironment: production\n');
  writeFileSync(join(resources, 'engine.yaml'), engine(services, release));
  const plane = await startControlPlane(resources, up, env);
  later(async () => {
    await plane.stop();
    plane.remove();
  });

  const listen = `127.0.0.1:${await freePort()}`;
  const door = `http://${listen}`;
  let gateway: Running | undefined;
  async function startGateway(): Promise<void> {
    const places = ['id', 'staff', 'beta', 'region'].flatMap((name) => [
      '--attribute',
      `user.${name}=header:x-user-${name}`,
    ]);
    const words = ['gateway', '--json', '--url', plane.url, '--token', plane.token, '--flag', 'engine'];
    gateway = await startListening([
      ...[ombre, ...words, '--name', 'edge', '--listen', listen, '--unit', 'header:x-user-id', ...places],
    ]);
  }
  const killGateway = async (): Promise<void> => {
    await gateway?.end('SIGKILL');
  };
  later(killGateway);
  await startGateway();

  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  const timer = setInterval(() => {
    for (let at = 0; at < AT_ONCE; at += 1) {
      state.asked += 1;
      const user = (state.asked * 7) % USERS;
      const headers = {
        'x-user-id': `u${user}`,
        'x-user-staff': user < 20 ? 'yes' : 'no',
        'x-user-beta': user % 3 === 0 ? 'yes' : 'no',
        'x-user-region': user % 2 === 0 ? 'CN' : 'DE',
      };
      get(door, { agent, headers }, (answer) => answer.resume()).on('error', () => {});
    }
  }, BEAT);
  later(() => {
    clearInterval(timer);
    agent.destroy();
  });

  async function show(name = 'engine-v2', events = 20): Promise<ReleaseView> {
    const answer = await fetch(`${plane.url}/v1/releases/${name}?events=${events}`);
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as ReleaseView;
  }

  return {
    plane,
    services,
    file: join(plane.directory, 'engine.yaml'),
    get failing() {
      return state.failing;
    },
    set failing(part) {
      state.failing = part;
    },
    get served() {
      return state.served;
    },
    show,
    history: async (name) => (await show(name, 500)).events,
    async until(what, wanted, name) {
      const deadline = Date.now() + 200_000;
      for (;;) {
        const view = await show(name).catch(() => undefined);
        if (view !== undefined && wanted(view)) return view;
        if (Date.now() > deadline) throw new Error(`${what} never came: ${JSON.stringify(view)}`);
        await new Promise((wake) => setTimeout(wake, 50));
      }
    },
    async tell(command, name = 'engine-v2') {
      const headers = { authorization: `Bearer ${plane.token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ why: 'e2e' });
      const answer = await fetch(`${plane.url}/v1/releases/${name}/${command}`, {
        method: 'POST',
        headers,
        body,
      });
      await answer.arrayBuffer();
      return answer.status;
    },
    async quiet() {
      const deadline = Date.now() + 200_000;
      for (;;) {
        const before = state.served;
        await new Promise((wake) => setTimeout(wake, 1_000));
        if (state.served === before) return;
        if (Date.now() > deadline) throw new Error('v2 is still asked');
      }
    },
    gateway: { kill: killGateway, start: startGateway },
    close,
  };
}

async function serve(status: () => number): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer({ keepAliveTimeout: 65_000 }, (_request, response) => {
    response.writeHead(status()).end('so');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
