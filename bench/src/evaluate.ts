// Evaluation against a bound written by hand and against other engines, in one run. `node bench/dist/evaluate.js [--quick] [--json]`
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { type Bound, bind, compileSnapshot, evaluate, flagReader } from '@ombre/decide';
import {
  anyRulesByHand,
  fiveRulesByHand,
  fiveRulesByHandNested,
  fourWay,
  type HandWritten,
  halfByUser,
  membership,
  staticOn,
} from './evaluate-bound.ts';
import {
  compare,
  type Effort,
  type Subject,
  subject,
  subjectOfMany,
  type Timing,
} from './evaluate-measure.ts';
import { ombreEncoded } from './evaluate-ombre.ts';
import {
  contexts,
  expectedVariant,
  fiveRules,
  lastRuleProfiles,
  manyFlags,
  memberIds,
  type Profile,
  type RuleFlag,
  random,
  randomProfiles,
  type Shape,
  unlikeFlags,
} from './evaluate-workloads.ts';
import type { FlagKind, Peer, PeerEngine } from './peers/peer.ts';
import { peers } from './peers/peers.ts';

type Context = Record<string, unknown>;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const effort: Effort = flags.quick
  ? { rounds: 80, slice: 0.5, warmUp: 100_000 }
  : { rounds: 400, slice: 0.8, warmUp: 2_000_000 };

/** The two bounds: the flag's own function at hand, and found by its name first, as every peer does. */
const HAND = 'by hand';
const NAME = 'by hand, by name';

const many = manyFlags(1000);
const unlike = unlikeFlags(1000);

interface Workload {
  readonly id: string;
  readonly title: string;
  readonly profiles: readonly Profile[];
  /** The flags asked: one, or many in random order. */
  readonly flags: readonly string[];
  readonly kind: FlagKind;
  /** The value any engine must give a profile; undefined where each hashes its own way. */
  readonly expected?: (profile: Profile, flag: number) => unknown;
  /** Where each hashes its own way: how often each value must come. */
  readonly share?: number;
  readonly byHand: (shape: Shape) => readonly HandWritten[];
}

const one = (call: HandWritten) => () => [call];
const ofRules = (list: readonly RuleFlag[]) => (shape: Shape) =>
  list.map(shape === 'nested' ? fiveRulesByHandNested : fiveRulesByHand);
const random10k = randomProfiles(10_000);
const memberSet = new Set(memberIds);
const workloads: readonly Workload[] = [
  {
    id: '1',
    title: 'static on',
    profiles: random10k,
    flags: ['static-on'],
    kind: 'boolean',
    expected: () => true,
    byHand: one(staticOn),
  },
  {
    id: '2',
    title: '50 % by user',
    profiles: random10k,
    flags: ['half-by-user'],
    kind: 'boolean',
    share: 0.5,
    byHand: one(halfByUser),
  },
  {
    id: '3',
    title: 'five rules of three, last matches',
    profiles: lastRuleProfiles(10_000),
    flags: ['five-rules'],
    kind: 'string',
    expected: () => 'v5',
    byHand: ofRules([fiveRules]),
  },
  {
    id: '4',
    title: 'a random one of 1,000 such',
    profiles: random10k,
    flags: many.map(({ name }) => name),
    kind: 'string',
    expected: (profile, flag) => expectedVariant(many[flag] ?? fiveRules, profile),
    byHand: ofRules(many),
  },
  {
    id: '4u',
    title: 'a random one of 1,000 that ask unlike things',
    profiles: random10k,
    flags: unlike.map(({ name }) => name),
    kind: 'string',
    expected: (profile, flag) => expectedVariant(unlike[flag] ?? fiveRules, profile),
    byHand: (shape) => unlike.map((flag) => anyRulesByHand(flag, shape === 'nested')),
  },
  {
    id: '5',
    title: 'membership in 10,000 ids',
    profiles: random10k,
    flags: ['membership'],
    kind: 'boolean',
    expected: ({ targetingKey }) => memberSet.has(targetingKey),
    byHand: one(membership),
  },
  {
    id: '6',
    title: 'four-way JSON variant',
    profiles: random10k,
    flags: ['four-way'],
    kind: 'object',
    share: 0.25,
    byHand: one(fourWay),
  },
];

interface Report {
  readonly workload: string;
  readonly shape: Shape;
  readonly timings: readonly Timing[];
}

const rules = [fiveRules, ...many, ...unlike];
const engines: (readonly [Peer, PeerEngine])[] = [];
for (const peer of peers) engines.push([peer, await peer.open(peer.config(rules))]);

const reports: Report[] = [];
for (const shape of ['plain', 'unlike', 'nested'] as const) {
  const snapshot = compileSnapshot(ombreEncoded(shape, [...many, ...unlike]));
  const interpreted = compileSnapshot(ombreEncoded(shape, [...many, ...unlike]), { codegen: false });
  for (const workload of workloads) {
    if (flags.only !== undefined && flags.only !== workload.id) continue;
    const items = contexts(workload.profiles, shape);
    const next = random(7);
    const order = items.map(() => Math.floor(next() * workload.flags.length));
    const bounds = items.map((context) => bind(snapshot, context, 0));
    const slow = items.map((context) => bind(interpreted, context, 0));
    const byHand = workload.byHand(shape);
    const readers = workload.flags.map(flagReader);
    agree(workload, items, order, byHand, bounds, slow);

    const asked = <T>(
      name: string,
      bound: string,
      list: readonly T[],
      calls: readonly ((item: T) => unknown)[],
    ): Subject =>
      calls.length === 1 && calls[0] !== undefined
        ? subject(name, bound, list, calls[0])
        : subjectOfMany(name, bound, list, calls, order);
    const named = new Map(workload.flags.map((flag, index) => [flag, byHand[index] as HandWritten]));
    const bindAndRead = readers.map((reader) => (context: Context) => reader(bind(snapshot, context, 0)));
    const subjects = [
      asked(HAND, HAND, items, byHand),
      asked('ombre, flag in hand', HAND, bounds, readers),
      asked('ombre, interpreted', HAND, slow, readers),
      asked('ombre, bind and answer', HAND, items, bindAndRead),
      subject('ombre, bind alone', HAND, items, (context) => bind(snapshot, context, 0)),
      subject(NAME, NAME, pairs(items, order, workload.flags), ([context, flag]) =>
        named.get(flag)?.(context),
      ),
      subject('ombre, by name', NAME, pairs(bounds, order, workload.flags), ([bound, flag]) =>
        evaluate(bound, flag),
      ),
    ];
    // The peers read flat contexts.
    for (const [peer, engine] of shape === 'nested' ? [] : engines) {
      const askers = workload.flags.map((flag) => engine.asker(flag, workload.kind));
      const own = items.map((context) => engine.contextOf(context));
      await agreePeer(peer, engine, workload, own, order, askers);
      subjects.push(asked(peer.name, NAME, own, askers));
    }
    // A thousand functions take their time until each is optimised.
    const warmUp = effort.warmUp * (workload.flags.length > 1 ? 4 : 1);
    const timings = compare(subjects, { ...effort, warmUp });
    reports.push({ workload: workload.id, shape, timings });
    if (!flags.json) print(workload, shape, timings);
  }
}
for (const [, engine] of engines) await engine.close();
if (flags.json) console.log(JSON.stringify(reports, undefined, 2));

function pairs<T>(items: readonly T[], order: readonly number[], names: readonly string[]): [T, string][] {
  return items.map((item, index) => [item, names[order[index] ?? 0] ?? '']);
}

/** Before anything is timed: the same full outcome for every context. */
function agree(
  { id, flags: names }: Workload,
  items: readonly Context[],
  order: readonly number[],
  byHand: readonly HandWritten[],
  ...engines: readonly (readonly Bound[])[]
): void {
  for (const [index, context] of items.entries()) {
    const number = order[index] ?? 0;
    const expected = byHand[number]?.(context);
    for (const bounds of engines) {
      const bound = bounds[index];
      const found = bound && evaluate(bound, names[number] ?? '');
      if (!isDeepStrictEqual({ ...found }, { ...expected })) {
        const [given, wanted] = [found, expected].map((outcome) => JSON.stringify(outcome));
        throw new Error(`workload ${id}: ${JSON.stringify(context)} gives ${given}, by hand ${wanted}`);
      }
    }
  }
}

/** The same values from a peer; where it hashes its own way, as often. */
async function agreePeer(
  { name }: Peer,
  engine: PeerEngine,
  { id, kind, profiles, expected, share }: Workload,
  items: readonly unknown[],
  order: readonly number[],
  askers: readonly ((context: unknown) => unknown)[],
): Promise<void> {
  const counts = new Map<string, number>();
  for (const [index, context] of items.entries()) {
    const number = order[index] ?? 0;
    const value = JSON.stringify(await engine.valueOf(askers[number]?.(context), kind));
    const wanted = expected && JSON.stringify(expected(profiles[index] as Profile, number));
    if (wanted !== undefined && value !== wanted)
      throw new Error(`workload ${id}: ${name} gives ${value} for ${JSON.stringify(context)}, not ${wanted}`);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (share === undefined) return;
  const slack = 4 * Math.sqrt(items.length * share * (1 - share));
  for (const [value, count] of counts) {
    if (counts.size !== 1 / share || Math.abs(count - items.length * share) > slack)
      throw new Error(`workload ${id}: ${name} gives ${value} ${count} times of ${items.length}`);
  }
}

function print(workload: Workload, shape: Shape, timings: readonly Timing[]): void {
  console.log(`\n(${workload.id}) ${workload.title}, ${shape} contexts`);
  console.log(`${'ns a call'.padStart(38)}  ratio to bound  bytes a call`);
  for (const { name, ns, ratio, bytes } of timings) {
    console.log(
      `  ${name.padEnd(26)}${ns.toFixed(1).padStart(10)}${ratio.toFixed(2).padStart(16)}${bytes.toFixed(0).padStart(14)}`,
    );
  }
}
