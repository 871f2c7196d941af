import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawBuilder, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  asked,
  ENVIRONMENT,
  flag,
  openTestControl,
  type TestControl,
  testClock,
  testKeyring,
} from '../commands/control.suite.ts';
import { hashChange } from '../store/hash-chain.ts';
import { openSqliteStore, type SqliteStore } from '../store/sqlite/open-sqlite-store.ts';

let directory: string;
let store: SqliteStore;
let control: TestControl;
const keyring = testKeyring();
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ombre-history-'));
  const clock = testClock();
  store = await openSqliteStore({ directory, now: () => clock.now() });
  control = await openTestControl(store, clock, keyring);
  await control.files([flag('a'), flag('b')]);
  await control.files([flag('a', { default: 'v2' }), flag('b')]);
  await control.commands.override({ ...asked, flag: 'a', kill: {} });
  await control.files([flag('a', { default: 'v2' })]);
  await control.commands.restore({ ...asked, to: 2 });
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

/** Changes the database behind the store's back, and tells what verifying then finds. */
async function tampered(
  ...statements: readonly RawBuilder<unknown>[]
): Promise<readonly (readonly [string, number])[]> {
  for (const statement of statements) await statement.execute(store.db);
  const report = await control.views.verifyHistory(ENVIRONMENT);
  return (report?.faults ?? []).map(({ code, revision }) => [code, revision] as const);
}

describe('verifying a history', () => {
  test('finds nothing wrong with what was not touched', async () => {
    expect(await control.views.verifyHistory(ENVIRONMENT)).toEqual({
      environment: ENVIRONMENT,
      lineage: 'lineage-1',
      changes: 6,
      faults: [],
    });
    expect(await control.views.verifyHistory('no/where')).toBeUndefined();
  });

  test.each(['author', 'why', 'at', 'action', 'names', 'diff', 'facts', 'to_digest', 'from_digest'])(
    'finds a changed %s, and where',
    async (column) => {
      const value = column === 'names' || column === 'diff' ? '[]' : column === 'facts' ? '{"x":1}' : 'other';
      const faults = await tampered(sql`update change set ${sql.ref(column)} = ${value} where revision = 3`);
      expect(faults).toContainEqual(['CHANGED', 3]);
    },
  );

  test('finds a change whose hash was made to fit, by the change after it and by its signature', async () => {
    const change = (await control.views.change(ENVIRONMENT, 3))!;
    const hash = hashChange({ ...change, author: 'mallory' });
    const faults = await tampered(
      sql`update change set author = 'mallory', hash = ${hash} where revision = 3`,
    );
    expect(faults).toEqual([
      ['SIGNATURE', 3],
      ['UNCHAINED', 4],
    ]);
  });

  test('finds a deleted change', async () => {
    const faults = await tampered(sql`delete from change where revision = 3`);
    expect(faults).toContainEqual(['MISSING', 3]);
    expect(faults).toContainEqual(['UNCHAINED', 4]);
  });

  test('finds a deleted last change', async () => {
    expect(await tampered(sql`delete from change where revision = 6`)).toEqual([['MISSING', 6]]);
  });

  test('finds a log cut short together with its head', async () => {
    const before = (await control.views.change(ENVIRONMENT, 5))!;
    const faults = await tampered(
      sql`delete from change where revision = 6`,
      sql`delete from version where revision = 6`,
      sql`update environment set revision = 5, hash = ${before.hash}, digest = ${before.to}`,
    );
    expect(faults).toContainEqual(['HEAD', 5]);
  });

  test('finds two changes that were swapped', async () => {
    const faults = await tampered(
      sql`update change set revision = 99 where revision = 2`,
      sql`update change set revision = 2 where revision = 3`,
      sql`update change set revision = 3 where revision = 99`,
    );
    expect(faults).toContainEqual(['CHANGED', 2]);
    expect(faults).toContainEqual(['UNCHAINED', 2]);
    expect(faults).toContainEqual(['CHANGED', 3]);
  });

  test('finds a kept row that was changed, deleted or added', async () => {
    expect(
      await tampered(
        sql`update version set body = replace(body, 'two', 'TWO') where revision = 2 and name = 'Flag/b'`,
      ),
    ).toContainEqual(['ROW', 2]);
    expect(await tampered(sql`delete from version where revision = 3`)).toContainEqual(['ROW', 3]);
    expect(
      await tampered(
        sql`insert into version select project, environment, 4, kind, name, body from version where revision = 2 and name = 'Flag/b'`,
      ),
    ).toContainEqual(['ROW', 4]);
  });

  test('finds a row in force that the log never wrote, and one that is missing', async () => {
    expect(
      await tampered(sql`update resource set body = replace(body, 'two', 'TWO') where name = 'a'`),
    ).toEqual([['HEAD', 6]]);
    expect(await tampered(sql`delete from override`)).toEqual([
      ['HEAD', 6],
      ['HEAD', 6],
    ]);
  });

  test('finds a head that was moved', async () => {
    expect(await tampered(sql`update environment set digest = 'other'`)).toEqual([['HEAD', 6]]);
    expect(await tampered(sql`update environment set revision = 8`)).toContainEqual(['MISSING', 7]);
  });

  test('does not believe a log that another key signed from end to end', async () => {
    const other = await openTestControl(store, testClock(), testKeyring());
    const report = await other.views.verifyHistory(ENVIRONMENT);
    expect(report?.faults.map(({ code, revision }) => [code, revision])).toEqual(
      [1, 2, 3, 4, 5, 6].map((revision) => ['SIGNATURE', revision]),
    );
  });
});
