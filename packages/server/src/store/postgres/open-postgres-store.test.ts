import { EventEmitter, once } from 'node:events';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { migrations } from '../migrations/migrate.ts';
import { nodesContract } from '../nodes/nodes.suite.ts';
import { progressContract } from '../progress/progress.suite.ts';
import { appendNext, ENVIRONMENT, firstChange, nextChange, putFlag } from '../sample.suite.ts';
import type { SqlStore } from '../sql/sql-store.ts';
import { storeContract } from '../store.suite.ts';
import { twoPhaseContract } from '../two-phase/two-phase.suite.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { describeOnPostgres } from './postgres-server.suite.ts';

describeOnPostgres('PostgreSQL', (server) => {
  const open = async () => {
    const url = await server.database();
    let store = await openPostgresStore({ url });
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await openPostgresStore({ url });
        return store;
      },
      close: () => store.close(),
    };
  };

  storeContract('PostgreSQL', open);
  progressContract('PostgreSQL', open);
  nodesContract('PostgreSQL', open);
  twoPhaseContract('PostgreSQL', open);

  describe('shared by several processes', () => {
    /** Stores of their own connections, as processes have them. */
    async function several<T>(
      count: number,
      poll: number,
      work: (stores: readonly SqlStore[]) => Promise<T>,
    ): Promise<T> {
      const url = await server.database();
      const stores = await Promise.all(Array.from({ length: count }, () => openPostgresStore({ url, poll })));
      try {
        return await work(stores);
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    }

    test('is migrated once, however many start at once', () =>
      several(5, 1_000, async ([store]) => {
        const { rows } = await sql<{ number: number }>`select number from schema`.execute(store!.db);
        expect(rows.map(({ number }) => number)).toEqual(migrations.map((step) => step.number));
      }));

    test('does not wait for a process that was paused in the middle of a transaction', async () => {
      const url = await server.database();
      const paused = await openPostgresStore({ url, abandoned: 300 });
      const store = await openPostgresStore({ url });
      try {
        const first = firstChange();
        await store.begin({ change: first, breakGlass: 'public' });
        const moments = new EventEmitter();
        const woken = once(moments, 'wake');
        const locked = once(moments, 'locked');
        const asleep = paused.db.transaction().execute(async (tx) => {
          await sql`update environment set revision = revision`.execute(tx);
          moments.emit('locked');
          await woken;
          await sql`select 1`.execute(tx);
        });
        const refused = expect(asleep).rejects.toThrow();
        await locked;
        const appended = await appendNext(store, first, [putFlag('late', 2)]).finally(() =>
          moments.emit('wake'),
        );
        expect((await store.load(ENVIRONMENT))?.head.revision).toBe(appended.revision);
        await refused;
      } finally {
        await paused.close();
        await store.close();
      }
    });

    test('wakes the others when one commits, long before they would look', () =>
      several(2, 600_000, async ([one, other]) => {
        const first = firstChange();
        await one!.begin({ change: first, breakGlass: 'public' });
        const heard = new Promise<string>((resolve) => {
          other!.watch(resolve);
        });
        // The second store may still be on its way to listening; changes are committed until it hears.
        let last = first;
        let woken = false;
        void heard.then(() => {
          woken = true;
        });
        while (!woken) last = await appendNext(one!, last, [putFlag('a', last.revision + 1)]);
        expect(await heard).toBe(ENVIRONMENT);
      }));

    test('finds what a lost notification would have told by looking', () =>
      several(2, 20, async ([one, other]) => {
        const first = firstChange();
        await one!.begin({ change: first, breakGlass: 'public' });
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()`.execute(
          one!.db,
        );
        const heard = new Promise<string>((resolve) => {
          other!.watch(resolve);
        });
        // Written past the store, so that nothing is notified.
        await sql`update environment set revision = 2`.execute(one!.db);
        expect(await heard).toBe(ENVIRONMENT);
      }));

    test('gives concurrent writers dense revisions in the order of their commits', () =>
      several(4, 1_000, async (stores) => {
        const first = firstChange();
        await stores[0]!.begin({ change: first, breakGlass: 'public' });
        const writer = async (store: SqlStore, name: string): Promise<void> => {
          for (let written = 0; written < 10; ) {
            const [head] = await store.before(ENVIRONMENT, { limit: 1 });
            const writes = [putFlag(name, head!.revision + 1)];
            const { ok } = await store.append({ change: nextChange(head!, writes), writes });
            if (ok) written += 1;
          }
        };
        await Promise.all(stores.map((store, index) => writer(store, `f${index}`)));
        const logged = await stores[0]!.after(ENVIRONMENT, 0, 100);
        expect(logged.map(({ change }) => change.revision)).toEqual(
          Array.from({ length: 41 }, (_, i) => i + 1),
        );
        for (const [index, { change }] of logged.entries()) {
          expect(change.previous).toBe(index === 0 ? null : logged[index - 1]!.change.hash);
        }
        const { rows } = await sql<{ revision: number }>`
          select revision from change order by pg_xact_commit_timestamp(xmin), revision desc
        `.execute(stores[0]!.db);
        expect(rows.map(({ revision }) => revision)).toEqual(logged.map(({ change }) => change.revision));
      }));

    test('a lease taken over while its old holder commits fences exactly one of them off', () =>
      several(2, 1_000, async ([one, other]) => {
        const first = firstChange();
        await one!.begin({ change: first, breakGlass: 'public' });
        const token = (await one!.lease('s', 'one', 60_000))!.token;
        await sql`update lease set expires = 0`.execute(one!.db);
        const taken = await other!.lease('s', 'other', 60_000);
        const change = nextChange(first, []);
        expect(await one!.append({ change, writes: [], fence: { lease: 's', token } })).toEqual({
          ok: false,
          code: 'FENCED',
        });
        expect(
          await other!.append({ change, writes: [], fence: { lease: 's', token: taken!.token } }),
        ).toEqual({ ok: true });
      }));

    test('a newer schema is refused', async () => {
      const url = await server.database();
      const store = await openPostgresStore({ url });
      await sql`insert into schema (number, what) values (999, 'of the future')`.execute(store.db);
      await store.close();
      await expect(openPostgresStore({ url })).rejects.toMatchObject({ code: 'NEWER_SCHEMA' });
    });
  });

  test('a server that is away is said to be, and served again when it is back', async () => {
    const url = await server.database();
    const store = await openPostgresStore({ url, poll: 50 });
    const first = firstChange();
    await store.begin({ change: first, breakGlass: 'public' });
    await server.kill();
    await expect(store.load(ENVIRONMENT)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(openPostgresStore({ url })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await server.start();
    expect((await store.load(ENVIRONMENT))?.head.revision).toBe(1);
    await appendNext(store, first, [putFlag('a', 2)]);
    await store.close();
  });

  test('a commit waits for the disk even where the server would not', async () => {
    const url = await server.database();
    const store = await openPostgresStore({ url });
    await sql`alter system set synchronous_commit = off`.execute(store.db);
    await sql`select pg_reload_conf()`.execute(store.db);
    const { rows } = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(store.db);
    expect(rows).toEqual([{ synchronous_commit: 'on' }]);
    await sql`alter system reset synchronous_commit`.execute(store.db);
    await store.close();
  });
});
