// 10,000 flags of five rules: bytes to first right answer, memory, one changed flag, the longest time the event loop stood still.
// `node bench/dist/load.js [--flags 10000] [--json]`
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  advanceInSteps,
  advanceSnapshot,
  applyDelta,
  bind,
  compileInSteps,
  type Delta,
  diffSnapshots,
  type Encoded,
  evaluate,
  type Head,
  patchSnapshot,
  type Snapshot,
  verifyInSteps,
} from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';
import { ombreEncoded, ruleFlag, sha256 } from './evaluate-ombre.ts';
import { contexts, expectedVariant, manyFlags, type RuleFlag, randomProfiles } from './evaluate-workloads.ts';
import type { Peer } from './peers/peer.ts';
import { peers } from './peers/peers.ts';
import { median } from './quantile.ts';

const { values: options } = parseArgs({
  options: {
    flags: { type: 'string', default: '10000' },
    engine: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

interface Report {
  readonly engine: string;
  /** Milliseconds from the configuration in memory to the first right answer. */
  readonly load: number;
  /** The same as a receiver does it: verified, in slices, with time for others between. */
  readonly sliced?: number;
  /** Milliseconds the event loop stood still at most while loading; the least of three loads, because the machine may be shared. */
  readonly stall: number;
  /** Megabytes of heap more than before, the configuration's own text included. */
  readonly heap: number;
  readonly text: number;
  /** Milliseconds from a delta (or, without deltas, a new configuration) of one flag to the first right answer; the median. */
  readonly delta: number;
}

/** Loads of which the least stall counts. */
const LOADS = 3;

const rules = manyFlags(Number(options.flags));
const [profile] = randomProfiles(1);
const [context] = contexts(profile === undefined ? [] : [profile], 'plain');
if (profile === undefined || context === undefined) throw new Error('no context');

if (options.engine === undefined) {
  // A process for each engine, so that none inherits another's heap or warm code.
  const names = ['ombre', ...peers.map(({ name }) => name)];
  const reports = names.map((name) => {
    const args = [process.argv[1] ?? '', '--engine', name, '--flags', options.flags, '--json'];
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    if (run.status !== 0) throw new Error(`${name}: ${run.stderr}`);
    return JSON.parse(run.stdout) as Report;
  });
  if (options.json) console.log(JSON.stringify(reports, undefined, 2));
  else print(reports);
} else {
  const peer = peers.find(({ name }) => name === options.engine);
  const report = peer === undefined ? await measureOmbre() : await measurePeer(peer);
  console.log(JSON.stringify(report));
}

async function measureOmbre(): Promise<Report> {
  const gc = garbageCollector();
  const encoded = parsedAnew(ombreEncoded('plain', rules));
  const last = rules.at(-1) as RuleFlag;
  gc();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  let snapshot = await inSlices(verifyAndCompile(encoded), 0);
  right(evaluate(bind(snapshot, context ?? {}, 0), last.name).value, last);
  const load = performance.now() - start;

  const slices: number[] = [];
  const stalls: number[] = [];
  for (let again = 0; again < LOADS; again++) {
    const bytes = parsedAnew(encoded);
    const stallOf = stallMeter();
    const began = performance.now();
    snapshot = await inSlices(verifyAndCompile(bytes), 2);
    slices.push(performance.now() - began);
    stalls.push(stallOf());
  }
  gc();
  const heap = process.memoryUsage().heapUsed - before;

  const times: number[] = [];
  let current = encoded;
  let head: Head = { environment: 'bench/load', lineage: 'a', revision: 1, digest: encoded.digest };
  for (let change = 0; change < 60; change++) {
    const changed = rules[(change * 37) % rules.length] as RuleFlag;
    const spec = { ...ruleFlag(changed), doc: `change ${change}` } as unknown as JsonValue;
    const next = patchSnapshot(current, [{ kind: 'Flag', name: changed.name, body: spec }], [], sha256);
    const nextHead = { ...head, revision: head.revision + 1, digest: next.digest };
    const sent = JSON.stringify(diffSnapshots(current, head, next, nextHead));
    const began = performance.now();
    const delta = JSON.parse(sent) as Delta;
    const applied = applyDelta(current, head, delta, sha256);
    if (!applied.ok) throw new Error(applied.message);
    const advanced = advanceSnapshot(snapshot, applied.encoded, delta);
    right(evaluate(bind(advanced.snapshot, context ?? {}, 0), changed.name).value, changed);
    times.push(performance.now() - began);
    if (advanced.changed.join() !== changed.name) throw new Error(`changed: ${advanced.changed.join()}`);
    snapshot = advanced.snapshot;
    current = applied.encoded;
    head = nextHead;
  }
  await inSlices(largeDelta(snapshot, current, head), 2);
  return {
    engine: 'ombre',
    load,
    sliced: Math.min(...slices),
    stall: Math.min(...stalls),
    heap: heap / 1e6,
    text: sizeOf(encoded) / 1e6,
    delta: median(times),
  };
}

/** What a receiver does with a full snapshot. */
function* verifyAndCompile(encoded: Encoded): Generator<undefined, Snapshot> {
  const verified = yield* verifyInSteps(encoded, sha256);
  if (!verified.ok) throw new Error(verified.message);
  return yield* compileInSteps(encoded);
}

/** Every flag changed at once, to show that nothing stands still then either. */
function* largeDelta(snapshot: Snapshot, encoded: Encoded, head: Head): Generator<undefined, Snapshot> {
  const entries = rules.map((flag) => ({
    kind: 'Flag' as const,
    name: flag.name,
    body: { ...ruleFlag(flag), doc: 'all at once' } as unknown as JsonValue,
  }));
  const next = patchSnapshot(encoded, entries, [], sha256);
  const delta = diffSnapshots(encoded, head, next, {
    ...head,
    revision: head.revision + 1,
    digest: next.digest,
  });
  yield;
  return (yield* advanceInSteps(snapshot, next, delta)).snapshot;
}

/** Runs steps for `slice` milliseconds at a time; 0: without a pause. */
async function inSlices<T>(steps: Generator<undefined, T>, slice: number): Promise<T> {
  let until = performance.now() + slice;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (slice > 0 && performance.now() > until) {
      await new Promise((resolve) => setImmediate(resolve));
      until = performance.now() + slice;
    }
  }
}

async function measurePeer(peer: Peer): Promise<Report> {
  const gc = garbageCollector();
  const config = peer.config(rules);
  const last = rules.at(-1) as RuleFlag;
  gc();
  const before = process.memoryUsage().heapUsed;
  const stallOf = stallMeter();
  const start = performance.now();
  const engine = await peer.open(config);
  const own = engine.contextOf(context ?? {});
  right(await engine.valueOf(engine.asker(last.name, 'string')(own), 'string'), last);
  const load = performance.now() - start;
  await new Promise((resolve) => setImmediate(resolve));
  const stalls = [stallOf()];
  gc();
  const heap = process.memoryUsage().heapUsed - before;
  const times: number[] = [];
  for (let change = 0; change < LOADS - 1; change++) {
    const changed = peer.config(
      rules.map((flag, i) => (i === change ? { ...flag, rules: flag.rules.slice(1) } : flag)),
    );
    const stallAgain = stallMeter();
    const began = performance.now();
    const next = await peer.open(changed);
    await next.valueOf(next.asker(last.name, 'string')(own), 'string');
    times.push(performance.now() - began);
    await new Promise((resolve) => setImmediate(resolve));
    stalls.push(stallAgain());
    await next.close();
  }
  await engine.close();
  return {
    engine: peer.name,
    load,
    stall: Math.min(...stalls),
    heap: heap / 1e6,
    text: config.length / 1e6,
    delta: median(times),
  };
}

function right(value: unknown, flag: RuleFlag): void {
  const wanted = profile && expectedVariant(flag, profile);
  if (value !== wanted) throw new Error(`${flag.name} gives ${JSON.stringify(value)}, not ${wanted}`);
}

/** The bytes as they come from the disk: texts of their own, not slices of what made them. */
function parsedAnew({ manifest, digest, chunks, blobs }: Encoded): Encoded {
  const anew = (texts: ReadonlyMap<string, string>) =>
    new Map([...texts].map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('utf8')]));
  return { manifest, digest, chunks: anew(chunks), blobs: anew(blobs) };
}

function sizeOf({ manifest, chunks, blobs }: Encoded): number {
  return [manifest, ...chunks.values(), ...blobs.values()].reduce((sum, text) => sum + text.length, 0);
}

/** Begins to watch the event loop; answers how long it stood still at most, in milliseconds. */
function stallMeter(): () => number {
  let last = performance.now();
  let longest = 0;
  const watch = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (watching) setImmediate(watch);
  };
  let watching = true;
  setImmediate(watch);
  return () => {
    watching = false;
    return Math.max(longest, performance.now() - last);
  };
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function print(reports: readonly Report[]): void {
  console.log(`${options.flags} flags of five rules, configuration in memory`);
  console.log(
    '                  first answer ms  in slices ms  longest stall ms  heap MB  text MB  one flag ms',
  );
  for (const { engine, load, sliced, stall, heap, text, delta } of reports) {
    const cells = [load, sliced, stall, heap, text, delta].map(
      (value) => value?.toFixed(value < 10 ? 2 : 0) ?? '',
    );
    const widths = [15, 14, 18, 9, 9, 13];
    console.log(`  ${engine.padEnd(16)}${cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('')}`);
  }
}
