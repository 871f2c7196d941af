// Evaluation against a bound written by hand and against other engines, in one run. `node bench/dist/evaluate.js [--quick] [--json]`
import { parseArgs } from 'node:util';
import { type Bound, bind, compileSnapshot, evaluate, flagReader, type Outcome } from '@ombre/decide';
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
  fiveRules,
  lastRuleProfiles,
  manyFlags,
  type Profile,
  type RuleFlag,
  random,
  randomProfiles,
  type Shape,
  unlikeFlags,
} from './evaluate-workloads.ts';

type Context = Record<string, unknown>;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const effort: Effort = flags.quick
  ? { rounds: 60, slice: 0.5, warmUp: 60_000 }
  : { rounds: 400, slice: 0.8, warmUp: 400_000 };

const many = manyFlags(1000);
const unlike = unlikeFlags(1000);

interface Workload {
  readonly id: string;
  readonly title: string;
  readonly profiles: readonly Profile[];
  /** The flags asked: one, or many in random order. */
  readonly flags: readonly string[];
  readonly byHand: (shape: Shape) => readonly HandWritten[];
}

const one = (call: HandWritten) => () => [call];
const ofRules = (list: readonly RuleFlag[]) => (shape: Shape) =>
  list.map(shape === 'nested' ? fiveRulesByHandNested : fiveRulesByHand);
const random10k = randomProfiles(10_000);
const workloads: readonly Workload[] = [
  { id: '1', title: 'static on', profiles: random10k, flags: ['static-on'], byHand: one(staticOn) },
  { id: '2', title: '50 % by user', profiles: random10k, flags: ['half-by-user'], byHand: one(halfByUser) },
  {
    id: '3',
    title: 'five rules of three, last matches',
    profiles: lastRuleProfiles(10_000),
    flags: ['five-rules'],
    byHand: ofRules([fiveRules]),
  },
  {
    id: '4',
    title: 'a random one of 1,000 such',
    profiles: random10k,
    flags: many.map(({ name }) => name),
    byHand: ofRules(many),
  },
  {
    id: '4u',
    title: 'a random one of 1,000 unlike ones',
    profiles: random10k,
    flags: unlike.map(({ name }) => name),
    byHand: (shape) => unlike.map((flag) => anyRulesByHand(flag, shape === 'nested')),
  },
  {
    id: '5',
    title: 'membership in 10,000 ids',
    profiles: random10k,
    flags: ['membership'],
    byHand: one(membership),
  },
  { id: '6', title: 'four-way JSON variant', profiles: random10k, flags: ['four-way'], byHand: one(fourWay) },
];

interface Report {
  readonly workload: string;
  readonly shape: Shape;
  readonly timings: readonly Timing[];
}

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

    const asked = <T>(name: string, list: readonly T[], calls: readonly ((item: T) => unknown)[]): Subject =>
      calls.length === 1 && calls[0] !== undefined
        ? subject(name, list, calls[0])
        : subjectOfMany(name, list, calls, order);
    const named = new Map(workload.flags.map((flag, index) => [flag, byHand[index] as HandWritten]));
    const subjects = [
      asked('by hand', items, byHand),
      asked('ombre, flag in hand', bounds, readers),
      subject('by hand, by name', pairs(items, order, workload.flags), ([context, flag]) =>
        named.get(flag)?.(context),
      ),
      subject('ombre, by name', pairs(bounds, order, workload.flags), ([bound, flag]) =>
        evaluate(bound, flag),
      ),
      asked('ombre, interpreted', slow, readers),
      asked(
        'ombre, bind and answer',
        items,
        readers.map((reader) => (context: Context) => reader(bind(snapshot, context, 0))),
      ),
      subject('ombre, bind alone', items, (context) => bind(snapshot, context, 0)),
    ];
    const timings = compare(subjects, effort);
    reports.push({ workload: workload.id, shape, timings });
    if (!flags.json) print(workload, shape, timings);
  }
}
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
    const expected = JSON.stringify(entries(byHand[number]?.(context)));
    for (const bounds of engines) {
      const bound = bounds[index];
      const found = bound && evaluate(bound, names[number] ?? '');
      if (JSON.stringify(entries(found)) !== expected)
        throw new Error(
          `workload ${id}: ${JSON.stringify(context)} gives ${JSON.stringify(found)}, by hand ${expected}`,
        );
    }
  }
}

function entries(outcome: Outcome | undefined): unknown {
  return outcome && Object.entries(outcome).map(([key, value]) => [key, value ?? null]);
}

function print(workload: Workload, shape: Shape, timings: readonly Timing[]): void {
  console.log(`\n(${workload.id}) ${workload.title}, ${shape} contexts`);
  console.log(`${'ns a call'.padStart(38)}  ratio to by hand  bytes a call`);
  for (const { name, ns, ratio, bytes } of timings) {
    console.log(
      `  ${name.padEnd(26)}${ns.toFixed(1).padStart(10)}${ratio.toFixed(2).padStart(18)}${bytes.toFixed(0).padStart(14)}`,
    );
  }
}
