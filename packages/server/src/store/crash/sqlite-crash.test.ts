import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyHistory } from '../../views/verify-history.ts';
import { appendNext, ENVIRONMENT, firstChange, plainSigner, putFlag } from '../sample.suite.ts';
import { openSqliteStore } from '../sqlite/open-sqlite-store.ts';
import { bundle } from './bundle.suite.ts';
import { expectIntact, killOne } from './kill.suite.ts';
import { randomFrom } from './random.suite.ts';

const now = (): number => 0;
const SEED = Number(process.env.OMBRE_CRASH_SEED ?? 1);
/** Victims one after the other in one directory, each on what the one before left. */
const VICTIMS = 14;
const DIRECTORIES = 15;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ombre-crash-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('SQLite and kill -9', () => {
  test(`loses no acknowledged change at ${VICTIMS * DIRECTORIES} random points of its driver`, async () => {
    const child = await bundle(new URL('./sqlite-victim.suite.ts', import.meta.url), directory);
    const points = new Map<string, number>();
    const series = async (series: number): Promise<void> => {
      const random = randomFrom(SEED * 1_000 + series);
      const data = join(directory, `data-${series}`);
      let reached = 0;
      for (let number = 0; number < VICTIMS; number += 1) {
        const errand = {
          directory: data,
          seed: SEED * 1_000_000 + series * 1_000 + number,
          // Opening and migrating are the first few dozen steps; a commit is about ten.
          step: 1 + Math.floor(random() * (number === 0 ? 60 : 160)),
          when: random() < 0.5 ? 'before' : 'after',
        };
        const acknowledged = await killOne(child, errand);
        const store = await openSqliteStore({ directory: data, now });
        const before = reached;
        reached = await expectIntact(store, acknowledged, reached);
        await store.close();
        const told = acknowledged.at(-1)?.[0] ?? before;
        const kind = reached > told ? 'written, not acknowledged' : 'not written';
        points.set(kind, (points.get(kind) ?? 0) + 1);
      }
    };
    const waiting = Array.from({ length: DIRECTORIES }, (_, index) => index);
    const lane = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await series(next);
    };
    await Promise.all([lane(), lane()]);
    // Both sides of the commit were hit, or the points were not inside it.
    expect(points.get('written, not acknowledged') ?? 0).toBeGreaterThan(0);
    expect(points.get('not written') ?? 0).toBeGreaterThan(0);
  }, 240_000);

  test('refuses a second process on the directory of a living one, and names it', async () => {
    const held = join(directory, 'held');
    const store = await openSqliteStore({ directory: held, now });
    const child = await bundle(new URL('./sqlite-victim.suite.ts', import.meta.url), directory);
    const errand = JSON.stringify({ directory: held, seed: 1, step: 1_000, when: 'before' });
    const second = spawnSync(process.execPath, [child, errand], { encoding: 'utf8', env: {} });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`in use by process ${process.pid} on`);
    expect(await store.environments()).toEqual([]);
    await store.close();
  });

  test('comes back at the last whole commit wherever a write to its log was torn', async () => {
    const data = join(directory, 'torn');
    const store = await openSqliteStore({ directory: data, now });
    const wal = join(data, 'ombre.db-wal');
    const lengths: number[] = [];
    let change = firstChange();
    await store.begin({ change, breakGlass: '' });
    lengths.push(statSync(wal).size);
    for (let index = 0; index < 12; index += 1) {
      change = await appendNext(store, change, [
        putFlag(`f${index % 5}`, change.revision + 1, index % 2 === 0),
      ]);
      lengths.push(statSync(wal).size);
    }
    const random = randomFrom(SEED);
    const copy = join(directory, 'torn-copy');
    const first = lengths[0] ?? 0;
    const length = lengths.at(-1) ?? 0;
    expect(length).toBeGreaterThan(first + 12 * 4_096);
    for (let cut = 0; cut < 60; cut += 1) {
      rmSync(copy, { recursive: true, force: true });
      const torn = await openSqliteStore({ directory: copy, now });
      await torn.close();
      copyFileSync(store.path, join(copy, 'ombre.db'));
      copyFileSync(wal, join(copy, 'ombre.db-wal'));
      const at = first + Math.floor(random() * (length - first));
      if (cut % 2 === 0) truncateSync(join(copy, 'ombre.db-wal'), at);
      else scramble(join(copy, 'ombre.db-wal'), at, random);
      const reopened = await openSqliteStore({ directory: copy, now });
      const state = await reopened.load(ENVIRONMENT);
      // Every commit whose bytes lie whole before the damage, and none after it.
      expect(state?.head.revision).toBe(lengths.filter((each) => each <= at).length);
      const verify = (_: string, hash: string, signature: string): boolean =>
        plainSigner.sign(hash) === signature;
      const report = await verifyHistory({ store: reopened, verify }, ENVIRONMENT);
      expect(report?.faults.filter(({ code }) => code !== 'DIGEST')).toEqual([]);
      await reopened.close();
      expect(existsSync(join(copy, 'ombre.db-wal'))).toBe(false);
    }
    await store.close();
  });
});

/** Overwrites a sector's worth of bytes, as a write does that the power cut short. */
function scramble(path: string, at: number, random: () => number): void {
  const bytes = readFileSync(path);
  for (let index = at; index < Math.min(bytes.length, at + 512); index += 1) {
    bytes[index] = (bytes[index] ?? 0) ^ (1 + Math.floor(random() * 255));
  }
  writeFileSync(path, bytes);
}
