import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeOnPostgres } from '../../store/postgres/postgres-server.suite.ts';
import { context, never } from '../context.suite.ts';
import { resourceSecrets } from '../secrets.ts';
import { createConsistency } from './consistency.ts';
import { type Connection, replays } from './postgres.ts';
import { type Standby, startStandby } from './standby.suite.ts';

const MIB = 1024 * 1024;

describeOnPostgres('A primary and its standby', (server) => {
  let standby: Standby;
  let primaryUrl: string;
  const clients: pg.Client[] = [];
  const open = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  let primary: pg.Client;
  let copy: pg.Client;

  beforeAll(async () => {
    primaryUrl = await server.database();
    standby = await startStandby(primaryUrl);
    primary = await open(primaryUrl);
    copy = await open(standby.url);
    await primary.query('create table load (text text)');
  });
  afterAll(async () => {
    await Promise.allSettled(clients.map((client) => client.end()));
    await standby.stop();
  });

  /** Writes about so many bytes to the primary's log, incompressible ones. */
  const write = async (bytes: number) => {
    const rows = Math.ceil(bytes / 4096);
    await primary.query(
      `insert into load select (select string_agg(md5(random()::text || n || m), '') from generate_series(1, 122) m)
         from generate_series(1, ${rows}) n`,
    );
  };
  const ask = (bytes: number, within: number) => replays(primary, copy, { bytes, within }, never);
  /** Until what was written so far is replayed. */
  const caughtUp = async () => expect(await ask(0, 30_000)).toEqual({ result: 'done' });

  test('agree when the standby has what was written', async () => {
    await write(3 * MIB);
    await caughtUp();
  });

  test('do not agree while a standby that replays nothing is more than the limit behind', async () => {
    await caughtUp();
    await copy.query('select pg_wal_replay_pause()');
    await write(3 * MIB);
    const behind = await ask(MIB, 100);
    expect(behind).toEqual({
      result: 'failed',
      detail: expect.stringMatching(/^the standby was \d{7} bytes behind/),
    });
    expect(Number(/\d{7}/.exec(behind.detail ?? '')?.[0])).toBeGreaterThan(3 * MIB);
    await copy.query('select pg_wal_replay_resume()');
  });

  test('agree with a small gap, however old it is', async () => {
    await caughtUp();
    await copy.query('select pg_wal_replay_pause()');
    await write(20_000);
    expect((await ask(MIB, 0)).result).toBe('done');
    expect((await ask(10_000, 0)).result).toBe('failed');
    await copy.query('select pg_wal_replay_resume()');
  });

  test('agree with a large gap that closes in time', async () => {
    await caughtUp();
    await copy.query('select pg_wal_replay_pause()');
    await write(3 * MIB);
    const asked = ask(MIB, 30_000);
    await copy.query('select pg_wal_replay_resume()');
    expect(await asked).toEqual({ result: 'done' });
  });

  describe('as a release declares them', () => {
    const declared = (environment: Record<string, string>) =>
      createConsistency({ declared: resourceSecrets(environment, '/nowhere') });
    const effect = {
      kind: 'consistency',
      key: 'consistency/1',
      checks: [{ postgres: { primary: 'env:OMBRE_SECRET_PRIMARY', standby: 'env:OMBRE_SECRET_STANDBY' } }],
    } as const;
    const performed = (environment: Record<string, string>) =>
      declared(environment).perform('k', effect, never, context);

    test('are asked by their references', async () => {
      await caughtUp();
      expect(
        await performed({ OMBRE_SECRET_PRIMARY: primaryUrl, OMBRE_SECRET_STANDBY: standby.url }),
      ).toEqual({
        result: 'done',
      });
    });

    test('are asked by a role that owns nothing', async () => {
      await primary.query('create role reader login');
      await caughtUp();
      const as = (url: string) => url.replace('ombre@', 'reader@');
      const asked = { OMBRE_SECRET_PRIMARY: as(primaryUrl), OMBRE_SECRET_STANDBY: as(standby.url) };
      expect(await performed(asked)).toEqual({ result: 'done' });
    });

    test('are refused the wrong way round', async () => {
      expect(
        (await performed({ OMBRE_SECRET_PRIMARY: standby.url, OMBRE_SECRET_STANDBY: primaryUrl })).detail,
      ).toBe('the primary is in recovery itself');
      expect(
        (await performed({ OMBRE_SECRET_PRIMARY: primaryUrl, OMBRE_SECRET_STANDBY: primaryUrl })).result,
      ).toBe('failed');
    });

    test('are unknown when they cannot be asked, and no password is told', async () => {
      const gone = 'postgres://me:hidden@127.0.0.1:1/x';
      const away = await performed({ OMBRE_SECRET_PRIMARY: primaryUrl, OMBRE_SECRET_STANDBY: gone });
      expect(away).toEqual({ result: 'unknown', detail: 'the databases cannot be asked (ECONNREFUSED)' });
      expect(await performed({ OMBRE_SECRET_PRIMARY: primaryUrl })).toEqual({
        result: 'unknown',
        detail: 'the databases cannot be asked (env:OMBRE_SECRET_STANDBY is not set)',
      });
    });

    test('are refused once the standby was promoted', async () => {
      await copy.query('select pg_promote()');
      expect(
        (await performed({ OMBRE_SECRET_PRIMARY: primaryUrl, OMBRE_SECRET_STANDBY: standby.url })).detail,
      ).toMatch(/no standby/);
    });
  });
});

test('copies of different systems are no copies', async () => {
  const one = (standby: boolean, system: string): Connection => ({
    query: async () => ({ rows: [{ standby, system, written: '0/1', gap: '0' }] }),
  });
  const asked = await replays(one(false, '1'), one(true, '2'), { bytes: 0, within: 0 }, never);
  expect(asked).toEqual({ result: 'failed', detail: 'primary and standby are different systems' });
});
