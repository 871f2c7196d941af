import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Resource } from '@ombre/decide/model';
import { type Client, createClient, type Fetch, type TwoPhaseView } from '@ombre/protocol';
import { freePort } from '../../free-port.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { type Gate, openGate } from './gate.ts';
import { broken, type Decided, type Ended, type Witness, witness } from './witness.ts';

/** Milliseconds of a lease here. */
export const LEASE = 2_000;
/** Most changes of one rig. */
const GENERATIONS = 150;
const FLAGS = ['two-a', 'two-b', 'two-c'];

/** A process that takes part in two-phase changes, behind a line of its own. */
export interface Member {
  readonly name: string;
  readonly gate: Gate;
  /** SIGSTOP, and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** kill -9. */
  kill(): Promise<void>;
  /** Again, under its name and behind the same line; nothing where it runs. */
  start(): Promise<void>;
}

/** One control plane, three OFREP-class receivers and a gateway, each a process of its own, under requests all the time. */
export interface Rig {
  readonly plane: ControlPlane;
  readonly client: Client;
  readonly members: readonly Member[];
  /** Asks for the next change; answers when the control plane has taken it. */
  begin(): Promise<string>;
  /**
   * The same with these among its members. What holds them back comes first, and their leases may run out over it on a machine that is busy: then
   * it is undone, and everything begun anew.
   */
  beginAmong(names: readonly string[], held: { hold(): void; release(): void }): Promise<string>;
  /** Asks again where the control plane may not have heard it, and waits for the end. */
  end(id: string): Promise<TwoPhaseView>;
  /** Waits until a change is in a phase. */
  until(id: string, phase: TwoPhaseView['phase']): Promise<TwoPhaseView>;
  /** Until every member has a lease and none is left from before the control plane began. */
  settled(): Promise<void>;
  /** What was seen so far and ought not to be. */
  broken(): readonly string[];
  readonly seen: readonly Decided[];
  close(): Promise<void>;
}

const flagsAt = (generation: number): Resource[] =>
  [...FLAGS, 'two-route'].map((name): Resource => {
    // The route goes to one upstream whatever it says: the gateway names the variant.
    const value = (n: number) => (name === 'two-route' ? 'two-up' : `g${n}`);
    const variants = Object.fromEntries(Array.from({ length: GENERATIONS }, (_, n) => [`g${n}`, value(n)]));
    return {
      apiVersion: 'ombre.dev/v1',
      kind: 'Flag',
      metadata: { name },
      spec: { type: 'string', variants, default: `g${generation}`, off: 'g0' },
    };
  });

export async function openRig(faults: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const ends: (() => unknown)[] = [];
  const plane = await startControlPlane('question-bank', ['--lease', `${LEASE / 1000}s`]);
  ends.push(
    () => plane.remove(),
    () => plane.kill(),
  );
  const client = createClient({ url: plane.url, token: plane.token, fetch: fetch as unknown as Fetch });
  const upstream = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  ends.push(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  const up: Resource = {
    apiVersion: 'ombre.dev/v1',
    kind: 'Upstream',
    metadata: { name: 'two-up' },
    spec: { endpoints: [{ url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` }] },
  };
  const first = await client.apply({ origin: 'api', partial: true, resources: [up, ...flagsAt(0)] });
  if (!first.ok) throw new Error(JSON.stringify(first.failure));
  const status = await client.status();
  const environment = status.ok ? status.value.environment : '';

  const ended: Ended[] = [];
  const members: Place[] = [];
  for (const name of ['of-1', 'of-2', 'of-3', 'gw-1']) {
    const gate = await openGate(plane.url);
    const member = name.startsWith('gw')
      ? gatewayAt(name, gate, plane, environment)
      : memberAt(name, gate, environment, faults[name]);
    ends.push(
      () => gate.close(),
      () => member.kill(),
    );
    members.push(member);
  }
  await Promise.all(members.map((member) => member.start()));
  const witnesses: readonly Witness[] = members.map(witnessOf);

  let generation = 0;
  const begun = new Map<string, { readonly value: string; readonly resources: readonly Resource[] }>();

  async function ask(id: string): Promise<void> {
    const { resources } = begun.get(id) ?? { resources: [] };
    for (;;) {
      const answer = await client.twoPhase({ id, origin: 'api', partial: true, resources, deadline: 30_000 });
      if (answer.ok) return;
      const { code, message } = answer.failure;
      if (code !== 'TWO_PHASE_EARLY' && code !== 'UNAVAILABLE') throw new Error(`${code}: ${message}`);
      await pause(20);
    }
  }

  async function until(id: string, wanted: (view: TwoPhaseView) => boolean): Promise<TwoPhaseView> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answer = await client.twoPhaseChange(id);
      if (answer.ok && wanted(answer.value)) return answer.value;
      if (Date.now() > deadline) throw new Error(`${id} is where it is: ${JSON.stringify(answer)}`);
      await pause(10);
    }
  }

  async function settled(): Promise<void> {
    for (;;) {
      const [view, dry] = await Promise.all([
        client.receivers(),
        client.twoPhase({
          id: 'dry',
          origin: 'api',
          partial: true,
          resources: flagsAt(GENERATIONS - 1),
          dryRun: true,
        }),
      ]);
      const current = view.ok
        ? view.value.receivers.filter(({ behind, lease }) => behind === 0 && lease === 'held')
        : [];
      if (current.length >= members.length && dry.ok && dry.value.members.length === members.length) return;
      await pause(50);
    }
  }

  async function begin(): Promise<string> {
    generation += 1;
    const id = `c${generation}`;
    begun.set(id, { value: `g${generation}`, resources: flagsAt(generation) });
    await ask(id);
    return id;
  }

  async function end(id: string): Promise<TwoPhaseView> {
    await ask(id);
    const view = await until(id, ({ phase }) => phase === 'committed' || phase === 'aborted');
    const { phase, revision, endedAt } = view;
    const { value = '' } = begun.get(id) ?? {};
    ended.push({ value, phase: phase as Ended['phase'], revision, endedAt: endedAt ?? 0 });
    return view;
  }

  return {
    plane,
    client,
    members,
    begin,
    end,
    async beginAmong(names, { hold, release }) {
      for (;;) {
        await settled();
        hold();
        const id = await begin();
        const { members: among } = await until(id, () => true);
        if (names.every((name) => among.includes(name))) return id;
        release();
        await end(id);
      }
    },
    until: (id, phase) => until(id, (view) => view.phase === phase),
    settled,
    broken: () => {
      // The route says nothing of the other flags: a gateway is judged by its variant alone.
      const seen = witnesses.flatMap((one) => one.seen);
      return broken(seen, ended, 'g0');
    },
    get seen() {
      return witnesses.flatMap((one) => one.seen);
    },
    async close() {
      await Promise.all(witnesses.map((one) => one.stop()));
      for (const end of ends.reverse()) await end();
    },
  };
}

interface Place extends Member {
  readonly url: string;
}

function witnessOf(member: Place): Witness {
  if (!member.name.startsWith('gw')) {
    return witness(member.name, member.url, (_sent, _headers, body) => JSON.parse(body) as Decided);
  }
  return witness(member.name, member.url, (sent, headers) => {
    const revision = Number(headers['ombre-revision']);
    const variant = headers['ombre-variant'];
    if (typeof variant !== 'string' || !Number.isSafeInteger(revision)) return undefined;
    // It was decided after it was sent.
    return { at: sent, revision, live: headers['ombre-live'] === 'yes', values: [variant] };
  });
}

function memberAt(name: string, gate: Gate, environment: string, fault = ''): Place {
  const program = join(import.meta.dirname, 'member.mjs');
  return processAt(name, gate, (port) => [program, name, gate.url, environment, String(port), fault]);
}

function gatewayAt(name: string, gate: Gate, plane: ControlPlane, environment: string): Place {
  const ombre = join(import.meta.dirname, '..', '..', '..', 'packages', 'cli', 'bin', 'ombre.js');
  return processAt(name, gate, (port) => [
    ...[ombre, 'gateway', '--flag', 'two-route', '--listen', `127.0.0.1:${port}`, '--name', name, '--json'],
    ...[
      '--expose',
      '--source',
      gate.url,
      '--env',
      environment,
      '--token',
      plane.token,
      '--read-token',
      plane.token,
    ],
    ...['--log-level', 'silent'],
  ]);
}

function processAt(name: string, gate: Gate, words: (port: number) => readonly string[]): Place {
  let child: ChildProcess | undefined;
  let port: number | undefined;
  let url = '';
  return {
    name,
    gate,
    get url() {
      return url;
    },
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    async kill() {
      const was = child;
      if (was === undefined || was.exitCode !== null || was.signalCode !== null) return;
      was.kill('SIGKILL');
      await new Promise((done) => was.once('exit', done));
    },
    async start() {
      if (child !== undefined && child.exitCode === null && child.signalCode === null) return;
      port ??= await freePort();
      const started = spawn(process.execPath, [...words(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      let complaints = '';
      started.stderr.on('data', (text: Buffer) => {
        complaints += text;
      });
      const line = await new Promise<string>((done, failed) => {
        createInterface({ input: started.stdout }).once('line', done);
        started.once('exit', () => failed(new Error(`${name} ended:\n${complaints}`)));
      });
      ({ url } = JSON.parse(line) as { url: string });
    },
  };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
