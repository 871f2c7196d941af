/**
 * OFREP against the bounds of issue 2: a single flag against a bare fastify route that returns a constant (goal ≥ 0.6), a hundred flags
 * of workload 3 against a bare Node server that evaluates them by hand (goal ≥ 0.5). Every server is a process of its own, the load
 * comes from this one, and rounds of all servers alternate in one run. Run: npx tsc -b bench && node bench/dist/ofrep.js
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '@ombre/server';
import { fastify } from 'fastify';
import { fiveRulesByHand } from './evaluate-bound.ts';
import { contexts, manyFlags, type RuleFlag, randomProfiles } from './evaluate-workloads.ts';
import { load, requestBytes } from './http-load.ts';
import { median } from './quantile.ts';

const FLAGS = manyFlags(100);
const CONTEXTS = contexts(randomProfiles(256), 'plain');
const ROUNDS = Number(process.env.ROUNDS ?? 40);
const MS = Number(process.env.MS ?? 250);
const ONE = `/ofrep/v1/evaluate/flags/${FLAGS[0]?.name}`;
const ALL = '/ofrep/v1/evaluate/flags';

const roles: Readonly<Record<string, () => Promise<number>>> = { ombre, constant, hand };
const role = process.argv[2];
if (role === undefined) await compare();
else {
  process.send?.(await (roles[role] as () => Promise<number>)());
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
}

async function compare(): Promise<void> {
  const servers: Record<string, Server> = {};
  try {
    for (const name of Object.keys(roles)) servers[name] = await start(name);
    const bodies = CONTEXTS.map((context) => JSON.stringify({ context }));
    const posts = (path: string): Buffer[] => bodies.map((body) => requestBytes('POST', path, body));
    const server = (name: string): Server => servers[name] as Server;
    await agree(server('ombre').port, server('hand').port, bodies.slice(0, 50));

    const rows = [
      { name: 'bare fastify route, constant', server: server('constant'), requests: posts(ONE) },
      { name: 'Ombre, one flag', server: server('ombre'), requests: posts(ONE) },
      { name: 'bare Node server by hand, 100 flags', server: server('hand'), requests: posts(ALL) },
      { name: 'Ombre, 100 flags', server: server('ombre'), requests: posts(ALL) },
    ];
    const rates = rows.map((): number[] => []);
    const costs = rows.map((): number[] => []);
    for (let round = -4; round < ROUNDS; round++) {
      for (const [index, row] of rows.entries()) {
        const before = await processorTime(row.server);
        const rate = await load(row.server.port, row.requests, { connections: 32, ms: MS });
        const used = (await processorTime(row.server)) - before;
        if (round < 0) continue;
        rates[index]?.push(rate);
        costs[index]?.push(used / (rate * (MS / 1000)));
      }
    }
    for (const [index, row] of rows.entries()) {
      const rate = Math.round(median(rates[index] ?? []))
        .toString()
        .padStart(7);
      const cost = median(costs[index] ?? [])
        .toFixed(1)
        .padStart(6);
      console.log(`${row.name.padEnd(38)} ${rate} requests/s ${cost} µs of processor time a request`);
    }
    const ratio = (of: readonly number[] = [], to: readonly number[] = []): string =>
      median(of.map((value, round) => value / (to[round] ?? 1))).toFixed(2);
    // Requests a second suffer from whatever else the machine does; processor time hardly does.
    const single = `${ratio(rates[1], rates[0])} by requests/s, ${ratio(costs[0], costs[1])} by processor time`;
    const bulk = `${ratio(rates[3], rates[2])} by requests/s, ${ratio(costs[2], costs[3])} by processor time`;
    console.log(`one flag against a constant:       ${single} (goal 0.60)`);
    console.log(`100 flags against evaluating by hand: ${bulk} (goal 0.50)`);
  } finally {
    for (const server of Object.values(servers)) server.child.kill();
  }
}

/** Both bulk servers must say the same before either is timed. */
async function agree(ombrePort: number, handPort: number, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    const [ours, theirs] = await Promise.all(
      [ombrePort, handPort].map(async (port) => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`http://127.0.0.1:${port}${ALL}`, { method: 'POST', headers, body });
        const { flags } = (await response.json()) as {
          flags: { key: string; value: unknown; reason: string }[];
        };
        return JSON.stringify(flags.map(({ key, value, reason }) => [key, value, reason]).sort());
      }),
    );
    if (ours !== theirs) throw new Error(`different answers for ${body}`);
  }
}

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

function start(name: string): Promise<Server> {
  const child = fork(import.meta.filename, [name]);
  return new Promise((resolve, reject) => {
    child.once('message', (port) => resolve({ child, port: Number(port) }));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
}

/** Microseconds of processor time that a server has used. */
function processorTime({ child }: Server): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (used) => resolve(Number(used)));
    child.send('');
  });
}

async function ombre(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-bench-'));
  writeFileSync(join(folder, 'flags.json'), JSON.stringify([vocabulary(), ...FLAGS.map(resource)]));
  const server = await startServer({
    directory: folder,
    dataDirectory: join(folder, '.data'),
    database: 'memory:',
    port: 0,
  });
  if (server.flags !== FLAGS.length)
    throw new Error(`${server.flags} flags: ${JSON.stringify(server.issues)}`);
  process.on('exit', () => rmSync(folder, { recursive: true }));
  process.on('SIGTERM', () => process.exit());
  return server.port;
}

async function constant(): Promise<number> {
  const app = fastify();
  const answer = {
    key: FLAGS[0]?.name,
    reason: 'DEFAULT',
    value: 'v0',
    variant: 'v0',
    metadata: { cause: 'default', revision: 2 },
  };
  app.post('/ofrep/v1/evaluate/flags/:key', () => answer);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}

/** What a careful programmer would write for these hundred flags and nothing else. */
async function hand(): Promise<number> {
  const flags = FLAGS.map(fiveRulesByHand);
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    request.on('end', () => {
      const { context } = JSON.parse(text) as { context: Record<string, unknown> };
      const items = flags.map((evaluate) => {
        const { flag, value, variant, rule, reason } = evaluate(context);
        const metadata = rule === undefined ? { cause: reason } : { cause: reason, rule };
        return {
          key: flag,
          reason: reason === 'rule' ? 'TARGETING_MATCH' : 'DEFAULT',
          value,
          variant,
          metadata,
        };
      });
      const body = JSON.stringify({ flags: items });
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function vocabulary(): object {
  const text = ['country', 'plan', 'language', 'device', 'city', 'tag'].map((name) => [
    name,
    { type: 'string' },
  ]);
  const numbers = [
    ['age', { type: 'int' }],
    ['score', { type: 'double' }],
    ['sessions', { type: 'int' }],
  ];
  const attributes = Object.fromEntries([...text, ...numbers]);
  return {
    apiVersion: 'ombre.dev/v1',
    kind: 'Vocabulary',
    metadata: { name: 'bench' },
    spec: { attributes },
  };
}

function resource({ name, rules }: RuleFlag): object {
  const variants = Object.fromEntries(
    ['v0', 'v1', 'v2', 'v3', 'v4', 'v5'].map((variant) => [variant, variant]),
  );
  const spec = {
    type: 'string',
    variants,
    default: 'v0',
    off: 'v0',
    rules: rules.map(({ equal, among, above }, index) => ({
      id: `r${index + 1}`,
      when: `${equal[0]} == ${JSON.stringify(equal[1])} && ${among[0]} in ${JSON.stringify(among[1])} && ${above[0]} > ${above[1]}${above[0] === 'score' ? '.0' : ''}`,
      serve: { variant: `v${index + 1}` },
    })),
  };
  return { apiVersion: 'ombre.dev/v1', kind: 'Flag', metadata: { name }, spec };
}
