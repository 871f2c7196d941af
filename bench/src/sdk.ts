// What a call costs through the direct typed API, through OpenFeature, and through OpenFeature with nothing behind it; and how long
// the event loop stands still while 10,000 flags arrive and change.
// Usage: node bench/dist/sdk.js [rounds = 9]
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createMemorySource, type Source, type SourceEvent } from '@ombre/carry';
import { diffSnapshots, type Encoded, type Entry, encodeSnapshot, type SignedHead } from '@ombre/decide';
import { formatSnapshot, formatSyncEvent } from '@ombre/protocol';
import { defineFlag, Ombre, OmbreProvider } from '@ombre/sdk';
import { OpenFeature, TypedInMemoryProvider } from '@openfeature/server-sdk';
import {
  contexts,
  expectedVariant,
  fiveRules,
  lastRuleProfiles,
  matches,
  type Profile,
  type RuleFlag,
  type RuleOfThree,
  unlikeFlags,
} from './evaluate-workloads.ts';
import { median } from './quantile.ts';
import { turnsDuring } from './turn-meter.ts';

const rounds = Number(process.argv[2] ?? 9);
const ATTRIBUTES = {
  ...Object.fromEntries(
    ['country', 'plan', 'language', 'device', 'city', 'tag'].map((name) => [name, { type: 'string' }]),
  ),
  ...Object.fromEntries(['age', 'score', 'sessions'].map((name) => [name, { type: 'double' }])),
};

function condition({ equal, among, above }: RuleOfThree): string {
  const list = among[1].map((value) => JSON.stringify(value)).join(', ');
  return `${equal[0]} == "${equal[1]}" && ${among[0]} in [${list}] && ${above[0]} > ${above[1]}.0`;
}

function entry({ name, rules }: RuleFlag): Entry {
  const variants = Object.fromEntries([0, ...rules.map((_, i) => i + 1)].map((i) => [`v${i}`, `v${i}`]));
  const body = {
    type: 'string',
    variants,
    default: 'v0',
    off: 'v0',
    rules: rules.map((rule, i) => ({ id: `r${i}`, when: condition(rule), serve: { variant: `v${i + 1}` } })),
  };
  return { kind: 'Flag', name, body };
}

const vocabulary: Entry = { kind: 'Vocabulary', name: 'bench', body: { attributes: ATTRIBUTES } };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Way {
  readonly name: string;
  /** Runs so many calls; the sum keeps them from being optimised away. */
  readonly run: (calls: number) => number | Promise<number>;
  readonly calls: number;
}

async function compareCalls(): Promise<void> {
  const source = createMemorySource();
  const encoded = encodeSnapshot([vocabulary, entry(fiveRules)], sha256);
  const head = { environment: 'bench/bench', lineage: 'a', revision: 1, digest: encoded.digest };
  source.publish(encoded, { head, issued: 0, expires: Number.MAX_SAFE_INTEGER, key: '', signature: '' });
  const ombre = await Ombre.open({ source });
  const flag = ombre.flag(defineFlag({ key: fiveRules.name, type: 'string', default: 'none' }));
  const profiles = lastRuleProfiles(1_000);
  const plain = contexts(profiles, 'plain') as Record<string, string>[];

  await OpenFeature.setProviderAndWait('ombre', new OmbreProvider(ombre));
  const byHand = new TypedInMemoryProvider({
    [fiveRules.name]: {
      variants: { v0: 'v0', v1: 'v1', v2: 'v2', v3: 'v3', v4: 'v4', v5: 'v5' },
      defaultVariant: 'v0',
      disabled: false,
      contextEvaluator: (context) =>
        `v${fiveRules.rules.findIndex((rule) => matches(rule, context as unknown as Profile)) + 1}` as 'v0',
    },
  });
  await OpenFeature.setProviderAndWait('memory', byHand);
  const clients = { ombre: OpenFeature.getClient('ombre'), memory: OpenFeature.getClient('memory') };
  const bounds = plain.map((context) => ombre.bind(context));
  const at = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;

  for (const [i, context] of plain.entries()) {
    const expected = expectedVariant(fiveRules, at(profiles, i));
    const answers = [
      flag(context),
      flag.in(at(bounds, i)),
      await clients.ombre.getStringValue(fiveRules.name, 'none', context),
      await clients.memory.getStringValue(fiveRules.name, 'none', context),
    ];
    if (answers.some((answer) => answer !== expected)) throw new Error(`${answers} instead of ${expected}`);
  }

  const ask = (client: (typeof clients)['ombre']) => async (calls: number) => {
    let sum = 0;
    for (let i = 0; i < calls; i++)
      sum += (await client.getStringValue(fiveRules.name, 'none', at(plain, i))).length;
    return sum;
  };
  const ways: readonly Way[] = [
    {
      name: 'direct, context bound before',
      calls: 1_000_000,
      run(calls) {
        let sum = 0;
        for (let i = 0; i < calls; i++) sum += flag.in(at(bounds, i)).length;
        return sum;
      },
    },
    {
      name: 'direct, flag(context)',
      calls: 1_000_000,
      run(calls) {
        let sum = 0;
        for (let i = 0; i < calls; i++) sum += flag(at(plain, i)).length;
        return sum;
      },
    },
    { name: 'OpenFeature client, Ombre', calls: 30_000, run: ask(clients.ombre) },
    { name: 'OpenFeature client, in-memory provider', calls: 30_000, run: ask(clients.memory) },
  ];

  const times = new Map(ways.map(({ name }) => [name, [] as number[]]));
  for (let round = -2; round < rounds; round++) {
    for (const { name, calls, run } of ways) {
      const start = process.hrtime.bigint();
      await run(calls);
      const each = Number(process.hrtime.bigint() - start) / calls;
      if (round >= 0) times.get(name)?.push(each);
    }
  }
  const bare = median(times.get('OpenFeature client, in-memory provider') ?? []);
  console.log(`five rules of three conditions, the last matches; median of ${rounds} rounds\n`);
  for (const { name } of ways) {
    const time = median(times.get(name) ?? []);
    const ratio = (time / bare).toPrecision(2);
    console.log(
      `${name.padEnd(42)} ${time.toFixed(0).padStart(7)} ns   ${ratio.padStart(7)} × the bare client`,
    );
  }
  await OpenFeature.close();
  await ombre.close();
}

interface Version {
  readonly encoded: Encoded;
  readonly signed: SignedHead;
}

/** A source whose snapshots and deltas are made beforehand, as if in another process. */
function preparedVersions(sets: readonly (readonly Entry[])[]): {
  versions: readonly Version[];
  events: readonly SourceEvent[];
} {
  const versions: Version[] = sets.map((entries, index) => {
    const encoded = encodeSnapshot(entries, sha256);
    const head = { environment: 'bench/bench', lineage: 'a', revision: index + 1, digest: encoded.digest };
    return { encoded, signed: { head, issued: 0, expires: Number.MAX_SAFE_INTEGER, key: '', signature: '' } };
  });
  const events = versions.map(({ encoded, signed }, index): SourceEvent => {
    const before = versions[index - 1];
    if (before === undefined) return { type: 'resync', announced: { signed }, within: 0 };
    const delta = diffSnapshots(before.encoded, before.signed.head, encoded, signed.head);
    const size = delta.put.reduce((sum, line) => sum + line.length, 0);
    return { type: 'delta', announced: { signed }, delta: { ...delta, from: delta.from.revision }, size };
  });
  return { versions, events };
}

function preparedSource(sets: readonly (readonly Entry[])[]): {
  source: Source;
  next: () => void;
  fail: () => void;
} {
  const { versions, events } = preparedVersions(sets);
  let at = 0;
  let failed = false;
  let say: (event: SourceEvent) => void = () => {};
  const source: Source = {
    trust: 'signed',
    address: 'bench:',
    environment: 'bench/bench',
    head: async () => ({ signed: (versions[at] as Version).signed }),
    get: async (head) => (versions[head.revision - 1] as Version).encoded,
    watch(_from, listen, signal) {
      if (failed) return Promise.resolve({ problem: { code: 'UNREACHABLE', detail: 'as asked' } });
      say = listen;
      setImmediate(() => listen(events[0] as SourceEvent));
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ problem: { code: 'UNREACHABLE', detail: 'over' } })),
      );
    },
  };
  return {
    source,
    next: () => say(events[++at] as SourceEvent),
    fail() {
      failed = true;
    },
  };
}

const STEPS = [1, 1, 100, 10_000] as const;

/** Ten thousand flags, and what they are after each of {@link STEPS}. */
function updateSets(): readonly (readonly Entry[])[] {
  const flags = unlikeFlags(10_000).map(entry);
  const changed = (count: number, text: string): readonly Entry[] => [
    vocabulary,
    ...flags.map((flag, i) =>
      i < count ? { ...flag, body: { ...(flag.body as object), doc: text } } : flag,
    ),
  ];
  return [changed(0, ''), ...STEPS.map((count, i) => changed(count, `step ${i}`))];
}

const context = contexts(lastRuleProfiles(1), 'plain')[0] ?? {};

function printTurns(name: string, { stall, slice, took }: Awaited<ReturnType<typeof turnsDuring>>): void {
  console.log(
    `${name.padEnd(48)} ${took.toFixed(1).padStart(7)} ms ${stall.toFixed(1).padStart(10)} ms ${slice.toFixed(1).padStart(12)} ms`,
  );
}

async function measureSteps(way: string, ombre: Ombre, next: () => void): Promise<void> {
  const opening = await turnsDuring(async () => {
    await ombre.start();
    ombre.evaluate('unlike-9999', context);
  });
  printTurns(`${way}open to first right answer`, opening);
  printTurns(
    `${way}writing it to disk meanwhile`,
    await turnsDuring(() => new Promise((resolve) => setTimeout(resolve, 500))),
  );
  for (const count of STEPS) {
    const update = await turnsDuring(
      () =>
        new Promise((resolve) => {
          const end = ombre.subscribe((event) => {
            if (event.type !== 'changed') return;
            end();
            resolve();
          });
          next();
        }),
    );
    printTurns(`${way}${count === 10_000 ? 'all' : count} changed`, update);
  }
}

async function measureUpdates(): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'ombre-bench-'));
  const { source, next, fail } = preparedSource(updateSets());
  console.log(
    '\n10,000 flags of that kind, each unlike the others     took   longest stall   of it processor',
  );
  const ombre = new Ombre({ source, stateDir });
  await measureSteps('', ombre, next);
  await ombre.close();
  fail();
  const restarted = new Ombre({ source, stateDir });
  const restart = await turnsDuring(async () => {
    await restarted.start();
    restarted.evaluate('unlike-9999', context);
  });
  printTurns('restart from disk, the source away', restart);
  await restarted.close();
  rmSync(stateDir, { recursive: true });
}

/** A control plane's sync stream over versions made beforehand; a message brings the next one, as a delta or, as of many changes, as a resync. */
function servePeer(): void {
  const { versions, events } = preparedVersions(updateSets());
  let at = 0;
  const streams = new Set<ServerResponse>();
  const resync = (): string =>
    formatSyncEvent({ type: 'resync', head: (versions[at] as Version).signed, heartbeat: 10_000, within: 0 });
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (url.includes('/sync/stream')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(resync());
      streams.add(response);
    } else if (url.includes('/sync/snapshots/')) {
      const { encoded } = versions.find(({ signed }) => url.includes(signed.head.digest)) as Version;
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(formatSnapshot(encoded)));
    } else {
      const { lineage, revision } = (versions[at] as Version).signed.head;
      response.end(JSON.stringify({ lease: 60_000, lineage, revision, within: 0 }));
    }
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('message', () => {
    const event = events[++at] as SourceEvent;
    const many = event.type === 'delta' && event.delta.put.length > 1_000;
    const text =
      event.type === 'delta' && !many
        ? formatSyncEvent({ type: 'delta', head: (versions[at] as Version).signed, delta: event.delta })
        : resync();
    for (const stream of streams) stream.write(text);
  });
  process.on('disconnect', () => process.exit());
}

/** The same over HTTP, from a process of its own. */
async function measureOverHttp(): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'ombre-bench-'));
  const peer = fork(import.meta.filename, ['peer']);
  const port = await new Promise((resolve) => peer.once('message', resolve));
  const ombre = new Ombre({ source: `http://127.0.0.1:${port}`, stateDir });
  await measureSteps('over HTTP, ', ombre, () => peer.send('next'));
  await ombre.close();
  peer.disconnect();
  rmSync(stateDir, { recursive: true });
}

if (process.argv[2] === 'peer') servePeer();
else {
  await compareCalls();
  await measureUpdates();
  await measureOverHttp();
}
