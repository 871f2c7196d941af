import type { Resource } from '@ombre/decide/model';
import type { Issue } from '@ombre/declare';
import type { EnvironmentState } from '../store/row.ts';
import { sha256 } from '../store/sha256.ts';
import { storeIssue } from './codes.ts';
import type { ApplyInput, Moved, Refusal } from './commands.ts';
import type { Checks, Now, Planned } from './plan.ts';
import { keyOf, planResources, type Wanted } from './plan-resources.ts';
import { resourceDigest, sameResource } from './resource-digest.ts';

/** Plans an apply: what of the origin's set differs from what is in force, and whether it may change. */
export function planApply(
  now: Now,
  input: Pick<ApplyInput, 'origin' | 'resources' | 'partial' | 'deletes' | 'generations' | 'dryRun'>,
  checks: Checks,
): Planned {
  const { state } = now;
  const { origin, resources, partial = false, deletes: asked = [], generations, dryRun = false } = input;
  const wrong = wrongInput(state, resources, asked);
  if (wrong.length > 0) {
    return { ok: false, code: 'INVALID', message: wrong[0]?.message ?? 'The set is wrong.', issues: wrong };
  }

  const wanted = new Map(resources.map((resource) => [keyOf(resource), resource]));
  const deletes = new Set(
    partial
      ? asked
      : [...state.resources]
          .filter(([key, row]) => row.origin === origin && !wanted.has(key))
          .map(([key]) => key),
  );
  const puts = new Map<string, Wanted>();
  for (const [key, resource] of wanted) {
    const row = state.resources.get(key);
    if (row === undefined || !sameResource(row.resource, resource)) puts.set(key, { resource, origin });
  }

  return (
    ownedElsewhere(state, origin, [...wanted.keys(), ...deletes]) ??
    movedSince(state, generations, [...puts.keys(), ...deletes]) ??
    planResources(
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
    )
  );
}

/** SHA-256 over the keys and digests of a set, whatever its order. */
export function digestSet(resources: readonly Resource[]): string {
  const lines = resources.map((resource) => `${keyOf(resource)} ${resourceDigest(resource)}\n`);
  return sha256(lines.sort().join(''));
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
