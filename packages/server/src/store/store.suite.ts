import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Change } from './change.ts';
import type { OverrideRow, PlacementRow, Write } from './row.ts';
import { appendNext, ENVIRONMENT, firstChange, nextChange, putFlag } from './sample.suite.ts';
import type { Store } from './store.ts';

/** A store under test, empty, and how to lose everything it keeps in memory. */
export interface OpenStore {
  readonly store: Store;
  /** Closes it and opens the same database again; absent where nothing outlives the store. */
  reopen?(): Promise<Store>;
  close(): Promise<void>;
}

const kill: OverrideRow = {
  id: 'kill/a',
  flag: 'a',
  kind: 'kill',
  by: 'ada',
  why: 'fire',
  at: '1',
  until: 99,
};
const target: OverrideRow = {
  id: 'target/a/u "1"',
  flag: 'a',
  kind: 'target',
  unit: 'u "1"',
  variant: 'on',
  by: 'ada',
  why: "tester's own",
  at: '2',
};
const placement: PlacementRow = {
  release: 'r',
  placement: { reached: 1, shares: [0.5], epoch: 3 },
  version: 2,
  fence: 7,
};

/** Of a store that keeps nothing when its process ends nothing is asked about that. */
export interface Forgetful {
  readonly forgets?: boolean;
}

/** What every store promises. */
export function storeContract(
  name: string,
  open: () => Promise<OpenStore>,
  { forgets = false }: Forgetful = {},
): void {
  describe(`${name} as a store`, () => {
    let opened: OpenStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    async function begun(environment = ENVIRONMENT): Promise<Change> {
      const change = firstChange(environment);
      expect(await store.begin({ change, breakGlass: 'public' })).toBe(true);
      return change;
    }

    test('is empty at first', async () => {
      expect(await store.environments()).toEqual([]);
      expect(await store.load(ENVIRONMENT)).toBeUndefined();
      expect(await store.after(ENVIRONMENT, 0, 10)).toEqual([]);
      expect(await store.before(ENVIRONMENT, { limit: 10 })).toEqual([]);
      expect(await store.at(ENVIRONMENT, 1)).toBeUndefined();
      expect(await store.standing(ENVIRONMENT)).toEqual([]);
    });

    test('begins an environment once', async () => {
      const first = await begun();
      expect(await store.begin({ change: firstChange(ENVIRONMENT, 'lineage-2'), breakGlass: 'other' })).toBe(
        false,
      );
      const state = await store.load(ENVIRONMENT);
      expect(state).toMatchObject({
        head: { environment: ENVIRONMENT, lineage: 'lineage-1', revision: 1, digest: first.to },
        hash: first.hash,
        breakGlass: 'public',
      });
      expect(await store.before(ENVIRONMENT, { limit: 10 })).toEqual([first]);
    });

    test('gives back every kind of row as it was written, and drops what was deleted', async () => {
      const first = await begun();
      const writes: Write[] = [
        putFlag('a', 2),
        putFlag('b', 2),
        { kind: 'Placement', name: 'r', row: placement },
        { kind: 'Override', name: kill.id, row: kill },
        { kind: 'Override', name: target.id, row: target },
      ];
      const second = await appendNext(store, first, writes);
      await appendNext(store, second, [
        putFlag('a', 3, false),
        { kind: 'Resource', name: 'Flag/b', row: null },
        { kind: 'Override', name: kill.id, row: null },
      ]);
      const state = await store.load(ENVIRONMENT);
      expect(state?.resources).toEqual(new Map([['Flag/a', putFlag('a', 3, false).row]]));
      expect(state?.placements).toEqual(new Map([['r', placement]]));
      expect(state?.overrides).toEqual(new Map([[target.id, target]]));
      expect(state?.head.revision).toBe(3);
    });

    test('gives back changes exactly, with what they wrote', async () => {
      const first = await begun();
      const writes = [putFlag('a', 2), putFlag('b', 2)];
      const second = await appendNext(store, first, writes, {
        why: 'naïve — "quoted"',
        diff: [{ key: 'Flag/a', change: 'changed', paths: [{ path: 'spec.default', from: 'off', to: 1.5 }] }],
        facts: { restored: 1 },
      });
      const third = await appendNext(store, second, [{ kind: 'Resource', name: 'Flag/b', row: null }], {
        action: 'override',
        origin: null,
      });
      const logged = await store.after(ENVIRONMENT, 1, 10);
      expect(logged.map(({ change }) => change)).toEqual([second, third]);
      expect(logged[0]?.writes.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(writes);
      expect(logged[1]?.writes).toEqual([{ kind: 'Resource', name: 'Flag/b', row: null }]);
      expect((await store.after(ENVIRONMENT, 0, 2)).map(({ change }) => change.revision)).toEqual([1, 2]);
      expect(await store.before(ENVIRONMENT, { limit: 2 })).toEqual([third, second]);
      expect(await store.before(ENVIRONMENT, { below: 3, limit: 10 })).toEqual([second, first]);
      expect(await store.before(ENVIRONMENT, { limit: 10, action: 'override' })).toEqual([third]);
    });

    test('refuses a change that does not follow the head, and writes nothing of it', async () => {
      const first = await begun();
      const second = await appendNext(store, first, [putFlag('a', 2)]);
      const stale = nextChange(first, [putFlag('b', 2)]);
      expect(await store.append({ change: stale, writes: [putFlag('b', 2)] })).toEqual({
        ok: false,
        code: 'MOVED',
      });
      const skipping = nextChange({ ...second, revision: 5 }, []);
      expect(await store.append({ change: skipping, writes: [] })).toEqual({ ok: false, code: 'MOVED' });
      const unchained = nextChange({ ...second, hash: 'other' }, []);
      expect(await store.append({ change: unchained, writes: [] })).toEqual({ ok: false, code: 'MOVED' });
      const elsewhere = nextChange(firstChange('judge/nowhere'), []);
      expect(await store.append({ change: elsewhere, writes: [] })).toEqual({ ok: false, code: 'MOVED' });
      expect([...((await store.load(ENVIRONMENT))?.resources.keys() ?? [])]).toEqual(['Flag/a']);
      expect(await store.before(ENVIRONMENT, { limit: 10 })).toEqual([second, first]);
    });

    test('of many who append after the same change one wins', async () => {
      const first = await begun();
      const results = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const writes = [putFlag(`f${index}`, 2)];
          return store.append({ change: nextChange(first, writes), writes });
        }),
      );
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect((await store.load(ENVIRONMENT))?.resources.size).toBe(1);
      expect(await store.after(ENVIRONMENT, 0, 10)).toHaveLength(2);
    });

    test('knows the rows of any revision', async () => {
      const first = await begun();
      const second = await appendNext(store, first, [putFlag('a', 2), putFlag('b', 2)]);
      const third = await appendNext(store, second, [{ kind: 'Resource', name: 'Flag/a', row: null }]);
      await appendNext(store, third, [putFlag('a', 4, false)]);
      const names = async (revision: number) =>
        (await store.at(ENVIRONMENT, revision))?.map(({ name, row }) => [name, row]).toSorted();
      expect(await names(1)).toEqual([]);
      expect(await names(2)).toEqual([
        ['Flag/a', putFlag('a', 2).row],
        ['Flag/b', putFlag('b', 2).row],
      ]);
      expect(await names(3)).toEqual([['Flag/b', putFlag('b', 2).row]]);
      expect((await names(4))?.[0]).toEqual(['Flag/a', putFlag('a', 4, false).row]);
      expect(await names(0)).toBeUndefined();
      expect(await names(5)).toBeUndefined();
      expect(await store.written(ENVIRONMENT, 'Resource', 'Flag/a')).toEqual([4, 3, 2]);
      expect(await store.written(ENVIRONMENT, 'Resource', 'Flag/c')).toEqual([]);
    });

    test('keeps environments apart', async () => {
      const first = await begun();
      const other = await begun('judge/staging');
      await begun('shop/production');
      await appendNext(store, first, [putFlag('a', 2)]);
      await appendNext(store, other, [putFlag('b', 2)]);
      expect(await store.environments()).toEqual(['judge/production', 'judge/staging', 'shop/production']);
      expect([...((await store.load('judge/staging'))?.resources.keys() ?? [])]).toEqual(['Flag/b']);
      expect((await store.load('shop/production'))?.head.revision).toBe(1);
      expect(await store.after('shop/production', 1, 10)).toEqual([]);
      expect(await store.written('judge/staging', 'Resource', 'Flag/a')).toEqual([]);
    });

    test('takes a change of thousands of rows', async () => {
      const first = await begun();
      const many = Array.from({ length: 2_500 }, (_, index) => putFlag(`f${index}`, 2));
      const second = await appendNext(store, first, many);
      expect((await store.load(ENVIRONMENT))?.resources.size).toBe(2_500);
      const fewer = many.slice(0, 2_400).map(({ kind, name }) => ({ kind, name, row: null }) as Write);
      await appendNext(store, second, fewer);
      expect((await store.load(ENVIRONMENT))?.resources.size).toBe(100);
      expect((await store.at(ENVIRONMENT, 2))?.length).toBe(2_500);
    });

    test('remembers what each origin applied last', async () => {
      await begun();
      const files = { origin: 'files', digest: 'd1', revision: 1, at: 5, issues: '[]' } as const;
      const api = { origin: 'api', digest: 'd2', revision: 1, at: 6, issues: '[{"code":"X"}]' } as const;
      await store.stand(ENVIRONMENT, files);
      await store.stand(ENVIRONMENT, api);
      await store.stand(ENVIRONMENT, { ...files, digest: 'd3' });
      const standing = await store.standing(ENVIRONMENT);
      expect(standing.toSorted((a, b) => (a.origin < b.origin ? -1 : 1))).toEqual([
        api,
        { ...files, digest: 'd3' },
      ]);
    });

    test('gives a lease to one holder, renews it, and passes it on with a greater token', async () => {
      const mine = await store.lease('shard-1', 'me', 60_000);
      expect(mine?.token).toBe(1);
      expect(await store.lease('shard-1', 'you', 60_000)).toBeUndefined();
      const renewed = await store.lease('shard-1', 'me', 120_000);
      expect(renewed?.token).toBe(1);
      expect(renewed?.expires ?? 0).toBeGreaterThan(mine?.expires ?? 0);
      await store.release('shard-1', 'you');
      expect(await store.lease('shard-1', 'you', 60_000)).toBeUndefined();
      await store.release('shard-1', 'me');
      expect((await store.lease('shard-1', 'you', 60_000))?.token).toBe(2);
      expect((await store.lease('shard-2', 'me', 60_000))?.token).toBe(1);
    });

    test('an expired lease passes on, also back to its holder, with a greater token', async () => {
      await store.lease('shard-1', 'me', -1);
      expect((await store.lease('shard-1', 'you', -1))?.token).toBe(2);
      expect((await store.lease('shard-1', 'you', 60_000))?.token).toBe(3);
    });

    test('of many who want a lease one gets it', async () => {
      const all = await Promise.all(
        Array.from({ length: 6 }, (_, index) => store.lease('s', `h${index}`, 60_000)),
      );
      expect(all.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    test('fences off a writer whose lease is lost or expired', async () => {
      const first = await begun();
      const token = (await store.lease('shard-1', 'me', 60_000))?.token ?? 0;
      const writes: Write[] = [{ kind: 'Placement', name: 'r', row: placement }];
      const change = nextChange(first, writes);
      const fenced = { ok: false, code: 'FENCED' };
      expect(await store.append({ change, writes, fence: { lease: 'shard-1', token: token + 1 } })).toEqual(
        fenced,
      );
      expect(await store.append({ change, writes, fence: { lease: 'none', token } })).toEqual(fenced);
      await store.release('shard-1', 'me');
      expect(await store.append({ change, writes, fence: { lease: 'shard-1', token } })).toEqual(fenced);
      expect((await store.load(ENVIRONMENT))?.head.revision).toBe(1);
      const again = (await store.lease('shard-1', 'me', 60_000))?.token ?? 0;
      expect(await store.append({ change, writes, fence: { lease: 'shard-1', token: again } })).toEqual({
        ok: true,
      });
    });

    if (forgets) return;

    test('keeps everything when it is closed and opened again', async () => {
      const first = await begun();
      const second = await appendNext(store, first, [
        putFlag('a', 2),
        { kind: 'Override', name: kill.id, row: kill },
      ]);
      const before = await store.load(ENVIRONMENT);
      const token = (await store.lease('shard-1', 'me', 60_000))?.token;
      store = await opened.reopen!();
      expect(await store.load(ENVIRONMENT)).toEqual(before);
      expect(await store.before(ENVIRONMENT, { limit: 10 })).toEqual([second, first]);
      expect((await store.lease('shard-1', 'me', 60_000))?.token).toBe(token);
      await appendNext(store, second, []);
    });
  });
}
