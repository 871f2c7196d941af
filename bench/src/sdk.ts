// What a call costs through the direct typed API, through OpenFeature, and through OpenFeature with nothing behind it; and how long
// the event loop stands still while 10,000 flags arrive and change.
// Usage: node bench/dist/sdk.js [rounds = 9]
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemorySource, type Source, type SourceEvent } from '@ombre/carry';
import { diffSnapshots, type Encoded, type Entry, encodeSnapshot, type SignedHead } from '@ombre/decide';
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

const [rounds = 9] = process.argv.slice(2).map(Number);
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

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

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

/**
 * The longest time between two turns of the event loop while something goes on, by the wall clock and by the processor. Where others use the
 * machine, a turn may wait for its core: the lesser of wall time and the processor time of all threads of this process is at least what the turn itself took.
 */
async function longestStall(
  work: () => Promise<void>,
): Promise<{ stall: number; slice: number; took: number }> {
  let [stall, slice] = [0, 0];
  let last = performance.now();
  let lastUsed = processorTime();
  let running = true;
  const tick = (): void => {
    const [now, used] = [performance.now(), processorTime()];
    stall = Math.max(stall, now - last);
    slice = Math.max(slice, Math.min(now - last, used - lastUsed));
    [last, lastUsed] = [now, used];
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  await new Promise((resolve) => setImmediate(resolve));
  const start = performance.now();
  await work();
  const took = performance.now() - start;
  running = false;
  await new Promise((resolve) => setImmediate(resolve));
  return { stall, slice, took };
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Version {
  readonly encoded: Encoded;
  readonly signed: SignedHead;
}

/** A source whose snapshots and deltas are made beforehand, as if in another process. */
function preparedSource(sets: readonly (readonly Entry[])[]): {
  source: Source;
  next: () => void;
  fail: () => void;
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

async function measureUpdates(): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'ombre-bench-'));
  const flags = unlikeFlags(10_000).map(entry);
  const changed = (count: number, text: string): readonly Entry[] => [
    vocabulary,
    ...flags.map((flag, i) =>
      i < count ? { ...flag, body: { ...(flag.body as object), doc: text } } : flag,
    ),
  ];
  const steps = [1, 1, 100, 10_000] as const;
  const { source, next, fail } = preparedSource([
    changed(0, ''),
    ...steps.map((count, i) => changed(count, `step ${i}`)),
  ]);
  const context = contexts(lastRuleProfiles(1), 'plain')[0] ?? {};
  console.log(
    '\n10,000 flags of that kind, each unlike the others     took   longest stall   of it processor',
  );
  const row = (name: string, { stall, slice, took }: Awaited<ReturnType<typeof longestStall>>): void =>
    console.log(
      `${name.padEnd(48)} ${took.toFixed(1).padStart(7)} ms ${stall.toFixed(1).padStart(10)} ms ${slice.toFixed(1).padStart(12)} ms`,
    );

  const ombre = new Ombre({ source, stateDir });
  const opening = await longestStall(async () => {
    await ombre.start();
    ombre.evaluate('unlike-9999', context);
  });
  row('open to first right answer', opening);
  row(
    'writing it to disk meanwhile',
    await longestStall(() => new Promise((resolve) => setTimeout(resolve, 500))),
  );
  for (const count of steps) {
    const update = await longestStall(
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
    row(`${count === 10_000 ? 'all' : count} changed`, update);
  }
  await ombre.close();
  fail();
  const restarted = new Ombre({ source, stateDir });
  const restart = await longestStall(async () => {
    await restarted.start();
    restarted.evaluate('unlike-9999', context);
  });
  row('restart from disk, the source away', restart);
  await restarted.close();
  rmSync(stateDir, { recursive: true });
}

await compareCalls();
await measureUpdates();
