import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodesContract } from '../nodes/nodes.suite.ts';
import { progressContract } from '../progress/progress.suite.ts';
import { appendNext, ENVIRONMENT, firstChange, nextChange, putFlag } from '../sample.suite.ts';
import { storeContract } from '../store.suite.ts';
import { StoreError } from '../store.ts';
import { twoPhaseContract } from '../two-phase/two-phase.suite.ts';
import { openSqliteStore, type SqliteStore } from './open-sqlite-store.ts';

const now = (): number => 1_763_712_000_000;

const open = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ombre-sqlite-'));
  let store = await openSqliteStore({ directory, now });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await openSqliteStore({ directory, now });
      return store;
    },
    close: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
};

storeContract('SQLite', open);
progressContract('SQLite', open);
nodesContract('SQLite', open);
twoPhaseContract('SQLite', open);

describe('a data directory', () => {
  let directory: string;
  let store: SqliteStore;
  beforeEach(async () => {
    directory = join(mkdtempSync(join(tmpdir(), 'ombre-data-')), 'data');
    store = await openSqliteStore({ directory, now });
  });
  afterEach(async () => {
    await store.close();
    rmSync(join(directory, '..'), { recursive: true });
  });

  test('is made for its owner alone', () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('is refused to a second opener, who is told the holder and what to do', async () => {
    const second = await openSqliteStore({ directory, now }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(StoreError);
    const { code, message } = second as StoreError;
    expect(code).toBe('HELD');
    expect(message).toContain(`process ${process.pid}`);
    expect(message).toContain('2025-11-21T08:00:00.000Z');
    expect(message).toContain('another data directory');
    expect(await store.environments()).toEqual([]);
  });

  test('is free again when it is closed, and says no longer who held it', async () => {
    await store.close();
    expect(readdirSync(directory)).toEqual(['ombre.db']);
    store = await openSqliteStore({ directory, now });
  });

  test('waits for the disk at every commit', async () => {
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(store.db);
    expect(rows).toEqual([{ synchronous: 2 }]);
  });

  test('on a full disk loses nothing, says so, and goes on when there is room', async () => {
    const first = firstChange();
    await store.begin({ change: first, breakGlass: 'public' });
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.db);
    const pages = rows[0]?.page_count ?? 0;
    const second = await appendNext(store, first, [putFlag('a', 2)]);
    await sql`pragma max_page_count = ${sql.lit(pages + 2)}`.execute(store.db);

    const many = Array.from({ length: 500 }, (_, index) => putFlag(`f${index}`, 3));
    const change = nextChange(second, many);
    const full = await store.append({ change, writes: many }).catch((error: unknown) => error);
    expect(full).toBeInstanceOf(StoreError);
    expect((full as StoreError).code).toBe('FULL');
    expect((full as StoreError).message).toContain('nothing was written');
    expect((await store.load(ENVIRONMENT))?.head.revision).toBe(2);
    expect([...((await store.load(ENVIRONMENT))?.resources.keys() ?? [])]).toEqual(['Flag/a']);

    await sql`pragma max_page_count = 1000000`.execute(store.db);
    expect(await store.append({ change, writes: many })).toEqual({ ok: true });
    await store.close();
    store = await openSqliteStore({ directory, now });
    expect((await store.load(ENVIRONMENT))?.resources.size).toBe(501);
  });

  test('whose database cannot be opened is named, with what to look at', async () => {
    const other = join(directory, 'other');
    mkdirSync(join(other, 'ombre.db'), { recursive: true });
    await expect(openSqliteStore({ directory: other, now })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/other\/ombre\.db: it cannot be opened; may this user/) as string,
    });
  });

  test('written by a newer Ombre is refused, untouched', async () => {
    await sql`insert into schema (number, what) values (999, 'of the future')`.execute(store.db);
    await store.close();
    const refused = await openSqliteStore({ directory, now }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'NEWER_SCHEMA' });
    expect((refused as StoreError).message).toContain('999');
    const again = await openSqliteStore({ directory, now }).catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'NEWER_SCHEMA' });
    directory = join(mkdtempSync(join(tmpdir(), 'ombre-data-')), 'data');
    store = await openSqliteStore({ directory, now });
  });
});
