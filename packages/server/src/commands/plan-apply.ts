import type { Resource } from '@ombre/decide/model';
import type { Issue } from '@ombre/declare';
import type { EnvironmentState } from '../store/row.ts';
import { sha256 } from '../store/sha256.ts';
import { changeOfSet, keyOf, noteSet, type SetChange } from './applied-set.ts';
import { storeIssue } from './codes.ts';
import type { ApplyInput, Moved, Refusal } from './commands.ts';
import type { Checks, Now, Planning } from './plan.ts';
import { planResources } from './plan-resources.ts';
import type { Wanted } from './resource-change.ts';
import { resourceDigest, sameResource } from './resource-digest.ts';

type Asked = Pick<ApplyInput, 'origin' | 'resources' | 'partial' | 'deletes' | 'generations' | 'dryRun'>;

/** Plans an apply: what of the origin's set differs from what is in force, and whether it may change. */
export function* planApply(now: Now, input: Asked, checks: Checks): Planning {
  const { state } = now;
  const { origin, resources, partial = false, deletes: asked = [], generations, dryRun = false } = input;
  const wanted =
    (partial ? undefined : changeOfSet(state.resources, origin, resources)) ?? compared(state, input);
  yield;
  if ('ok' in wanted) return wanted;
  yield* digestsOf(wanted.come.values());
  const puts = new Map<string, Wanted>();
  for (const [key, resource] of wanted.come) {
    const row = state.resources.get(key);
    if (row === undefined || !sameResource(row.resource, resource)) puts.set(key, { resource, origin });
  }
  const deletes = partial ? new Set(asked) : wanted.gone;
  const planned =
    movedSince(state, generations, [...puts.keys(), ...deletes]) ??
    (yield* planResources(
      now,
      {
        puts,
        deletes,
        pinned: origin === 'files' ? 'keep' : 'refuse',
        leaving: 'back-first',
        facts: {},
        dryRun,
      },
      checks,
    ));
  // What was kept back is not as the set says.
  if (planned.ok && !partial && planned.kept.length === 0) {
    const rows = planned.writes.length === 0 ? state.resources : planned.next?.state.resources;
    if (rows !== undefined) noteSet(rows, origin, resources);
  }
  return planned;
}

/** Looks at everything. */
function compared(
  state: EnvironmentState,
  { origin, resources, partial = false, deletes = [] }: Asked,
): SetChange | Refusal {
  const wrong = wrongInput(state, resources, deletes);
  if (wrong.length > 0) {
    return { ok: false, code: 'INVALID', message: wrong[0]?.message ?? 'The set is wrong.', issues: wrong };
  }
  const come = new Map(resources.map((resource) => [keyOf(resource), resource]));
  const gone = partial
    ? deletes
    : [...state.resources].flatMap(([key, row]) => (row.origin === origin && !come.has(key) ? [key] : []));
  return ownedElsewhere(state, origin, [...come.keys(), ...gone]) ?? { come, gone: new Set(gone) };
}

/** SHA-256 over the keys and digests of a set, whatever its order. */
export function* digestSet(resources: readonly Resource[]): Generator<undefined, string> {
  yield* digestsOf(resources);
  const all = resources.map(lineOf);
  yield;
  return sha256(all.sort().join(''));
}

/** Resources are never changed, and most are asked for again with the next save. */
const lines = new WeakMap<Resource, string>();

function lineOf(resource: Resource): string {
  const line = lines.get(resource) ?? `${keyOf(resource)} ${resourceDigest(resource)}\n`;
  lines.set(resource, line);
  return line;
}

/** Resources digested between two pauses. */
const SLICE = 20;

/** Digests what was not digested before, so that asking for it then takes no time. */
function* digestsOf(resources: Iterable<Resource>): Generator<undefined, void> {
  let count = 0;
  for (const resource of resources) {
    resourceDigest(resource);
    if (++count % SLICE === 0) yield;
  }
}

function wrongInput(
  state: EnvironmentState,
  resources: readonly Resource[],
  deletes: readonly string[],
): readonly Issue[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const key of [...resources.map(keyOf), ...deletes]) {
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  return [
    ...[...twice].map((key) => storeIssue('DUPLICATE_RESOURCE', key)),
    ...deletes.filter((key) => !state.resources.has(key)).map((key) => storeIssue('UNKNOWN_DELETE', key)),
  ];
}

function ownedElsewhere(
  state: EnvironmentState,
  origin: ApplyInput['origin'],
  touched: readonly string[],
): Refusal | undefined {
  const keys = touched.filter((key) => (state.resources.get(key)?.origin ?? origin) !== origin).toSorted();
  if (keys.length === 0) return undefined;
  const owner = origin === 'files' ? 'the API' : 'files';
  const them = keys.length === 1 ? `${keys[0]} belongs` : `${keys.length} resources (${keys[0]} …) belong`;
  return {
    ok: false,
    code: 'OWNED',
    message: `${them} to ${owner}; delete there first to change hands.`,
    keys,
  };
}

function movedSince(
  state: EnvironmentState,
  generations: ApplyInput['generations'],
  touched: readonly string[],
): Refusal | undefined {
  if (generations === undefined) return undefined;
  const moved = touched
    .map((key): Moved => {
      const expected = Object.hasOwn(generations, key) ? (generations[key] ?? 0) : 0;
      return { key, expected, found: state.resources.get(key)?.generation ?? 0 };
    })
    .filter(({ expected, found }) => expected !== found)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  if (moved.length === 0) return undefined;
  const [first] = moved;
  const rest = moved.length === 1 ? '' : ` and ${moved.length - 1} more`;
  return {
    ok: false,
    code: 'CONFLICT',
    message: `${first?.key}${rest} moved since it was read; read again, look at the diff, and retry.`,
    moved,
  };
}
