import type { Issue } from '@ombre/declare';
import type { Signer } from '../commands/commit.ts';
import { MOST_SUCCESSIONS, readSuccession } from '../commands/succession.ts';
import type { ResourceRow } from '../store/row.ts';
import type { Store } from '../store/store.ts';
import type { Mirrors } from './mirrors.ts';
import { signedHeads } from './signed-heads.ts';
import { verifyHistory } from './verify-history.ts';
import type { Changes, ResourceFilter, Views } from './views.ts';

export interface ViewParts {
  readonly store: Store;
  readonly mirrors: Mirrors;
  readonly signer: () => Signer;
  readonly verify: (key: string, text: string, signature: string) => boolean;
  readonly now: () => number;
}

/** Most changes of one page. */
const LONGEST_PAGE = 1_000;

/** Everything that can be read of the environments, and the news of them. */
export function createViews(parts: ViewParts): { readonly views: Views; readonly changes: Changes } {
  const { store, mirrors, signer, verify, now } = parts;
  const signed = signedHeads(signer, now);
  const state = (environment: string) => mirrors.get(environment)?.state;

  const views: Views = {
    environments: () =>
      mirrors
        .all()
        .map(({ environment }) => environment)
        .toSorted(),
    head: (environment) => {
      const head = state(environment)?.head;
      return head === undefined ? undefined : signed(head);
    },
    encoded: (environment) => mirrors.get(environment)?.encoded,
    snapshot: (environment, digest) => mirrors.get(environment)?.snapshot(digest),
    delta: (environment, lineage, from) => mirrors.get(environment)?.delta(lineage, from),
    resources: (environment, filter = {}) => {
      const rows = state(environment)?.resources;
      return rows === undefined
        ? undefined
        : [...matching(rows, filter)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    },
    resource: (environment, key) => state(environment)?.resources.get(key),
    placements: (environment) => valuesOf(state(environment)?.placements),
    overrides: (environment) => valuesOf(state(environment)?.overrides),
    nextExpiry: (environment) => {
      const ends = (valuesOf(state(environment)?.overrides) ?? []).flatMap(({ until }) => until ?? []);
      return ends.length === 0 ? undefined : ends.reduce((a, b) => Math.min(a, b));
    },
    breakGlassKey: (environment) => state(environment)?.breakGlass,
    successions: async (environment) => {
      const changes = await store.before(environment, { limit: MOST_SUCCESSIONS, action: 'succeed' });
      return changes.toReversed().flatMap((change) => readSuccession(change) ?? []);
    },
    history: (environment, { before, limit = 100 } = {}) =>
      store.before(environment, {
        limit: Math.min(limit, LONGEST_PAGE),
        ...(before === undefined ? {} : { below: before }),
      }),
    change: async (environment, revision) => {
      const [change] = await store.before(environment, { below: revision + 1, limit: 1 });
      return change?.revision === revision ? change : undefined;
    },
    verifyHistory: (environment) => verifyHistory({ store, verify }, environment),
    standing: async (environment) =>
      (await store.standing(environment)).map((row) => ({
        ...row,
        issues: JSON.parse(row.issues) as Issue[],
      })),
  };

  const changes: Changes = {
    subscribe: (environment, listener) =>
      mirrors.get(environment)?.subscribe((head, delta) => listener(signed(head), delta)) ?? (() => {}),
  };
  return { views, changes };
}

/** Asked at each change for the few releases among ten thousand flags. */
function* matching(
  rows: ReadonlyMap<string, ResourceRow>,
  { kind, name, origin }: ResourceFilter,
): Generator<[key: string, row: ResourceRow]> {
  const prefix = kind === undefined ? '' : `${kind}/`;
  for (const entry of rows) {
    if (!entry[0].startsWith(prefix)) continue;
    const row = entry[1];
    if (
      (name ?? row.resource.metadata.name) === row.resource.metadata.name &&
      (origin ?? row.origin) === row.origin
    )
      yield entry;
  }
}

function valuesOf<V>(rows: ReadonlyMap<string, V> | undefined): readonly V[] | undefined {
  return rows === undefined ? undefined : [...rows.values()];
}
