import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostgresStore } from '../postgres/open-postgres-store.ts';
import { describeOnPostgres } from '../postgres/postgres-server.suite.ts';
import { appendNext, ENVIRONMENT, firstChange, nextChange, putFlag } from '../sample.suite.ts';
import { bundle } from './bundle.suite.ts';
import { expectIntact, killOne } from './kill.suite.ts';
import { randomFrom } from './random.suite.ts';

const SEED = Number(process.env.OMBRE_CRASH_SEED ?? 1);
const VICTIMS = 30;

describeOnPostgres('PostgreSQL and kill -9', (server) => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ombre-crash-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test(`loses no acknowledged change when a writer dies at ${VICTIMS} random points of its driver`, async () => {
    const child = await bundle(new URL('./postgres-victim.suite.ts', import.meta.url), directory);
    const random = randomFrom(SEED);
    const url = await server.database();
    const places = ['before', 'during', 'after'];
    let reached = 0;
    for (let number = 0; number < VICTIMS; number += 1) {
      const step = 1 + Math.floor(random() * 120);
      const when = places[number % places.length] ?? 'before';
      const acknowledged = await killOne(child, { url, seed: SEED * 1_000 + number, step, when });
      const store = await openPostgresStore({ url });
      reached = await expectIntact(store, acknowledged, reached);
      await store.close();
    }
    expect(reached).toBeGreaterThan(1);
  }, 240_000);

  test('loses no acknowledged change when the server itself dies in the middle of commits', async () => {
    const url = await server.database();
    const random = randomFrom(SEED);
    let store = await openPostgresStore({ url });
    let last = firstChange();
    await store.begin({ change: last, breakGlass: '' });
    for (let crash = 0; crash < 4; crash += 1) {
      const dying = new Promise((resolve) => setTimeout(resolve, 20 + random() * 60)).then(() =>
        server.kill(),
      );
      for (;;) {
        const writes = [putFlag(`f${last.revision % 7}`, last.revision + 1)];
        const change = nextChange(last, writes);
        const appended = await store.append({ change, writes }).catch(() => undefined);
        if (appended?.ok !== true) break;
        last = change;
      }
      await dying;
      await server.start();
      await store.close();
      store = await openPostgresStore({ url });
      const [head] = await store.before(ENVIRONMENT, { limit: 1 });
      const log = new Map(
        (await store.before(ENVIRONMENT, { limit: 10_000 })).map(({ revision, hash }) => [revision, hash]),
      );
      expect(log.get(last.revision)).toBe(last.hash);
      expect((head?.revision ?? 0) - last.revision).toBeLessThanOrEqual(1);
      if (head !== undefined) last = head;
    }
    await appendNext(store, last, []);
    await store.close();
  }, 120_000);
});
