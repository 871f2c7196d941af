import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { backUp } from '../backup/back-up.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import {
  asked,
  ENVIRONMENT,
  flag,
  openTestControl,
  type TestControl,
  testClock,
  testKeyring,
} from '../commands/control.suite.ts';
import { openPostgresStore } from '../store/postgres/open-postgres-store.ts';
import { describeOnPostgres } from '../store/postgres/postgres-server.suite.ts';
import type { SqlStore } from '../store/sql/sql-store.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';

describeOnPostgres('several servers on one PostgreSQL', (server) => {
  const keyring = testKeyring();
  const clock = testClock();
  let url: string;
  let stores: SqlStore[];
  let controls: TestControl[];
  beforeEach(async () => {
    url = await server.database();
    stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url, poll: 100 })));
    controls = await Promise.all(stores.map((store) => openTestControl(store, clock, keyring)));
    return async () => {
      for (const control of controls) control.close();
      await Promise.all(stores.map((store) => store.close()));
    };
  });

  test('one makes the environment, all serve it', () => {
    expect(controls.filter(({ breakGlassKey }) => breakGlassKey !== '')).toHaveLength(1);
    const lineages = controls.map(({ views }) => views.head(ENVIRONMENT)?.head.lineage);
    expect(new Set(lineages).size).toBe(1);
  });

  test('a change through one reaches those who listen at the others, in order', async () => {
    const [one, two] = [controls[0]!, controls[1]!];
    const heard: number[] = [];
    const all = new Promise<void>((resolve) => {
      two.changes.subscribe(ENVIRONMENT, ({ head }, delta) => {
        expect(delta).not.toBe('resync');
        heard.push(head.revision);
        if (head.revision === 4) resolve();
      });
    });
    await one.files([flag('a')]);
    await one.commands.override({ ...asked, flag: 'a', kill: {} });
    await one.files([flag('a'), flag('b')]);
    await all;
    expect(heard).toEqual([2, 3, 4]);
    expect(two.views.encoded(ENVIRONMENT)).toEqual(one.views.encoded(ENVIRONMENT));
  });

  test('appliers at once get dense revisions, none of them a conflict, each on top of the one before', async () => {
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) => controls[index % 3]!.api([flag(`f${index}`)])),
    );
    const revisions = results.map((result) => (result.ok ? result.revision : 0));
    expect(revisions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 2));
    const report = await controls[0]!.views.verifyHistory(ENVIRONMENT);
    expect(report).toMatchObject({ changes: 31, faults: [] });
    await Promise.all(controls.map(({ commands }) => commands.expire(ENVIRONMENT)));
    const digests = controls.map(({ views }) => views.head(ENVIRONMENT)?.head.digest);
    expect(new Set(digests).size).toBe(1);
  });

  test('of appliers of one resource with the generation they read, one wins', async () => {
    await controls[0]!.api([flag('a')]);
    const generations = { 'Flag/a': 2 };
    const results = await Promise.all(
      controls.map((control, index) =>
        control.api([flag('a', { off: 'v2', doc: `${index}` })], [], { generations }),
      ),
    );
    expect(results.map((result) => (result.ok ? 'ok' : result.code)).toSorted()).toEqual([
      'CONFLICT',
      'CONFLICT',
      'ok',
    ]);
  });

  test('a backup moves to SQLite, and back', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ombre-move-'));
    await controls[0]!.files([flag('a'), flag('b')]);
    const keys = { ...keyring, knows: () => true };
    const move = async (from: SqlStore, into: SqlStore, file: string, lineage: string) => {
      await backUp(from, { file, signer: keyring.signer(), now: clock.now() });
      return restoreBackup({
        file,
        into,
        keyring: keys,
        clock,
        newId: () => lineage,
        author: 'ada',
        why: 'move',
      });
    };
    const sqlite = await openSqliteStore({ directory: join(directory, 'data'), now: clock.now });
    expect(await move(stores[0]!, sqlite, join(directory, 'one.db'), 'in-sqlite')).toMatchObject({
      ok: true,
      warnings: [],
    });
    const back = await openPostgresStore({ url: await server.database() });
    expect(await move(sqlite, back, join(directory, 'two.db'), 'back')).toMatchObject({
      ok: true,
      warnings: [],
    });
    const control = await openTestControl(back, clock, keyring);
    expect(control.views.resources(ENVIRONMENT)).toEqual(controls[0]!.views.resources(ENVIRONMENT));
    expect(await control.views.verifyHistory(ENVIRONMENT)).toMatchObject({
      lineage: 'back',
      changes: 4,
      faults: [],
    });
    control.close();
    await back.close();
    await sqlite.close();
    rmSync(directory, { recursive: true });
  });
});
