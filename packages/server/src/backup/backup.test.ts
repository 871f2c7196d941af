import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  asked,
  ENVIRONMENT,
  flag,
  openTestControl,
  type TestControl,
  testClock,
} from '../commands/control.suite.ts';
import { type Keyring, openKeyring } from '../keys/keyring.ts';
import type { SqlStore } from '../store/sql/sql-store.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { backUp } from './back-up.ts';
import { manifestPath } from './manifest.ts';
import { type RestoreOptions, restoreBackup } from './restore-backup.ts';

const clock = testClock();
const now = (): number => clock.now();
let directory: string;
let keyring: Keyring;
let store: SqlStore;
let control: TestControl;
let target: SqlStore;
let file: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ombre-backup-test-'));
  keyring = openKeyring(join(directory, 'keys'), now);
  store = await openSqliteStore({ directory: join(directory, 'data'), now });
  target = await openSqliteStore({ directory: join(directory, 'target'), now });
  control = await openTestControl(store, clock, keyring);
  file = join(directory, 'backup.db');
  await control.files([flag('a'), flag('b')]);
  await control.commands.override({ ...asked, flag: 'a', kill: {} });
  await store.lease('shard', 'me', 60_000);
});
afterEach(async () => {
  await store.close();
  await target.close();
  rmSync(directory, { recursive: true });
});

const backup = () => backUp(store, { file, signer: keyring.signer(), now: now() });
const restore = (more: Partial<RestoreOptions> = {}) =>
  restoreBackup({
    file,
    into: target,
    keyring,
    clock,
    newId: () => 'lineage-new',
    author: 'ada',
    why: 'the disk died',
    ...more,
  });

describe('a backup', () => {
  test('names what it holds, in a file of its owner alone, and leaves nothing else behind', async () => {
    const manifest = await backup();
    expect(manifest.environments).toEqual([
      {
        environment: ENVIRONMENT,
        lineage: 'lineage-1',
        revision: 3,
        digest: control.views.head(ENVIRONMENT)?.head.digest,
      },
    ]);
    expect(manifest.bytes).toBe(statSync(file).size);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(manifestPath(file), 'utf8'))).toEqual(manifest);
    expect(
      readdirSync(directory)
        .filter((name) => name.includes('backup'))
        .toSorted(),
    ).toEqual(['backup.db', 'backup.db.manifest.json']);
  });

  test('overwrites nothing', async () => {
    await backup();
    await expect(backup()).rejects.toThrow('exists');
  });

  test('is of one moment, while changes go on', async () => {
    const writing = Array.from({ length: 10 }, (_, index) => control.api([flag(`f${index}`)]));
    const manifest = await backup();
    await Promise.all(writing);
    const restored = await restore();
    expect(restored).toMatchObject({ ok: true, warnings: [] });
    const state = await target.load(ENVIRONMENT);
    expect(state?.head.revision).toBe((manifest.environments[0]?.revision ?? 0) + 1);
  });
});

describe('a restore', () => {
  test('brings releases back where they stood, with what is still to be done for them', async () => {
    const token = (await store.lease('controller', 'me', 60_000))?.token ?? 0;
    const notify = { kind: 'notify', key: 'notify/1', topic: 'started', alert: false, text: 'up' } as const;
    const line = { number: 1, at: 1, kind: 'started', text: 'up', alert: false, evidence: [] } as const;
    await store.progress.commit({
      environment: ENVIRONMENT,
      fence: { lease: 'controller', token },
      writes: [
        {
          release: 'r',
          row: { version: 1, state: { phase: 'dwelling' }, facts: { lineage: 'lineage-1' } } as never,
          asked: [{ key: 'r/1/notify/1', effect: notify, askedAt: 1 }],
          done: [],
          events: [line],
        },
      ],
      answered: [],
    });
    const before = await store.progress.load(ENVIRONMENT);
    await backup();
    await restore();
    expect(await target.progress.load(ENVIRONMENT)).toEqual(before);
    expect(await target.progress.history(ENVIRONMENT, 'r', { limit: 9 })).toHaveLength(1);
  });

  test('goes on with everything there was, as a new lineage, one revision further', async () => {
    await backup();
    const restored = await restore();
    expect(restored).toMatchObject({
      ok: true,
      environments: [
        {
          environment: ENVIRONMENT,
          from: { lineage: 'lineage-1', revision: 3 },
          to: { lineage: 'lineage-new', revision: 4 },
        },
      ],
      warnings: [],
    });
    const again = await openTestControl(target, clock, keyring);
    expect(again.views.resources(ENVIRONMENT)).toEqual(control.views.resources(ENVIRONMENT));
    expect(again.views.overrides(ENVIRONMENT)).toEqual(control.views.overrides(ENVIRONMENT));
    expect(again.views.breakGlassKey(ENVIRONMENT)).toBe(control.views.breakGlassKey(ENVIRONMENT));
    expect(again.views.head(ENVIRONMENT)?.head).toMatchObject({ lineage: 'lineage-new', revision: 4 });
    expect(await again.views.verifyHistory(ENVIRONMENT)).toMatchObject({ changes: 4, faults: [] });
    expect(await again.files([flag('c')])).toMatchObject({ ok: true, revision: 5 });
  });

  test('carries a succession that the key of the server signed', async () => {
    await backup();
    await restore();
    const again = await openTestControl(target, clock, keyring);
    const [succession, ...more] = await again.views.successions(ENVIRONMENT);
    expect(more).toEqual([]);
    const { payload, key, signature } = succession!;
    expect(JSON.parse(payload)).toMatchObject({
      environment: ENVIRONMENT,
      from: { lineage: 'lineage-1', revision: 3 },
      to: { lineage: 'lineage-new', revision: 4, digest: again.views.head(ENVIRONMENT)?.head.digest },
    });
    expect(keyring.verify(key, payload, signature)).toBe(true);
    expect(keyring.verify(key, payload.replace('lineage-new', 'lineage-bad'), signature)).toBe(false);
  });

  test('takes the next restore as one more succession', async () => {
    await backup();
    await restore();
    const second = join(directory, 'second.db');
    await backUp(target, { file: second, signer: keyring.signer(), now: now() });
    const third = await openSqliteStore({ directory: join(directory, 'third'), now });
    await restore({ file: second, into: third, newId: () => 'lineage-3' });
    const again = await openTestControl(third, clock, keyring);
    expect(
      (await again.views.successions(ENVIRONMENT)).map(({ from, to }) => [from.lineage, to.lineage]),
    ).toEqual([
      ['lineage-1', 'lineage-new'],
      ['lineage-new', 'lineage-3'],
    ]);
    expect(again.views.delta(ENVIRONMENT, 'lineage-1', 3)).toBe('resync');
    await third.close();
  });

  test('lets old leases lapse, without giving their tokens out again', async () => {
    await backup();
    await restore();
    expect(await target.lease('shard', 'you', 60_000)).toMatchObject({ token: 2 });
  });

  test('in a dry run tells the same and writes nothing', async () => {
    await backup();
    const dry = await restore({ dryRun: true });
    expect(await target.environments()).toEqual([]);
    expect(await restore()).toEqual(dry);
  });

  test('is refused into a store that has something', async () => {
    await backup();
    expect(await restore({ into: store })).toMatchObject({ ok: false, code: 'NOT_EMPTY' });
  });

  test('is refused without a manifest, or with a file that is not the one described', async () => {
    await backup();
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await restore()).toMatchObject({ code: 'DAMAGED' });
    rmSync(manifestPath(file));
    expect(await restore()).toMatchObject({ code: 'NO_MANIFEST' });
  });

  test('is refused where the manifest was changed, and warns where its key is not known', async () => {
    const manifest = await backup();
    writeFileSync(manifestPath(file), JSON.stringify({ ...manifest, made: '2020-01-01T00:00:00.000Z' }));
    expect(await restore()).toMatchObject({ code: 'SIGNATURE_INVALID' });
    writeFileSync(manifestPath(file), JSON.stringify(manifest));
    const stranger = openKeyring(join(directory, 'stranger'), now);
    const restored = await restore({ keyring: stranger });
    expect(restored.ok && restored.warnings.join(' ')).toContain('not known here');
  });

  test('is refused where the log in the backup is broken', async () => {
    await sql`update change set author = 'mallory' where revision = 2`.execute(store.db);
    await backup();
    expect(await restore()).toMatchObject({ code: 'DAMAGED', faults: [{ code: 'CHANGED', revision: 2 }] });
    expect(await target.environments()).toEqual([]);
  });

  test('is refused by an Ombre older than the one that wrote it', async () => {
    await backup();
    const { db, close } = await openSqliteStore({ directory: join(directory, 'future'), now });
    await sql`insert into schema (number, what) values (999, 'of the future')`.execute(db);
    await close();
    const future = join(directory, 'future', 'ombre.db');
    const { fileDigest } = await import('./file-digest.ts');
    const manifest = JSON.parse(readFileSync(manifestPath(file), 'utf8'));
    writeFileSync(
      manifestPath(future),
      JSON.stringify({ ...manifest, ...(await fileDigest(future)), key: 'of another' }),
    );
    expect(await restore({ file: future })).toMatchObject({ code: 'NEWER_SCHEMA' });
    expect(existsSync(join(directory, 'target', 'ombre.db'))).toBe(true);
  });
});
