import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Resource } from '@ombre/decide/model';
import { createClient, type Fetch, type ReleaseView } from '@ombre/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../main.ts';
import { openPostgresStore } from '../store/postgres/open-postgres-store.ts';
import {
  NO_POSTGRES,
  type PostgresServer,
  postgresPrograms,
  startPostgres,
} from '../store/postgres/postgres-server.suite.ts';

const ENVIRONMENT = 'shop/live';
const ombre = fileURLToPath(new URL('../../../cli/bin/ombre.js', import.meta.url));
const built = existsSync(fileURLToPath(new URL('../../../cli/dist', import.meta.url)));

const flag: Resource = {
  apiVersion: 'ombre.dev/v1',
  kind: 'Flag',
  metadata: { name: 'a' },
  spec: { type: 'string', variants: { v1: 'one', v2: 'two' }, default: 'v1', off: 'v1' },
};
const release: Resource = {
  apiVersion: 'ombre.dev/v1',
  kind: 'Release',
  metadata: { name: 'r' },
  spec: {
    flag: 'a',
    from: 'v1',
    to: 'v2',
    ladder: [
      { name: 'tenth', share: 0.1, dwell: '2s', untested: true },
      { name: 'half', share: 0.5, dwell: '2s', untested: true },
      { name: 'all', share: 1, dwell: '1h', untested: true },
    ],
  },
};

const title = postgresPrograms === undefined ? `on PostgreSQL (${NO_POSTGRES})` : 'on PostgreSQL';

describe.skipIf(postgresPrograms === undefined)(title, () => {
  let postgres: PostgresServer;
  let url: string;
  const folder = mkdtempSync(join(tmpdir(), 'ombre-controllers-'));
  const servers: RunningServer[] = [];
  const processes: ChildProcess[] = [];
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    for (const child of processes.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  });

  const start = async (name: string): Promise<RunningServer> => {
    const server = await startServer({
      dataDirectory: join(folder, name),
      database: url,
      environment: ENVIRONMENT,
      port: 0,
      writeToken: 'w',
    });
    servers.push(server);
    return server;
  };
  const clientOf = ({ url: at }: { readonly url: string }) =>
    createClient({ url: at, token: 'w', fetch: fetch as unknown as Fetch });
  const until = async (server: { readonly url: string }, is: (view: ReleaseView) => boolean) => {
    for (;;) {
      const answer = await clientOf(server).release('r');
      if (answer.ok && is(answer.value)) return answer.value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test('the release goes on where the first server gave it up, and both tell the same', async () => {
    url = await postgres.database();
    const first = await start('one');
    const second = await start('two');
    await clientOf(first).apply({ origin: 'api', resources: [flag, release] });
    await until(first, ({ at }) => at?.level === 'half');
    const standby = await until(second, ({ at }) => at?.level === 'half');
    expect(standby.events.map(({ kind }) => kind)).toEqual(['started', 'level']);
    // Told to the one that stands by, carried out by the one that controls.
    const paused = await clientOf(second).tellRelease('r', 'pause', { author: 'ann', why: 'lunch' });
    expect(paused).toMatchObject({ ok: true, value: { phase: 'frozen' } });
    expect(await clientOf(second).tellRelease('r', 'approve')).toMatchObject({
      ok: false,
      status: 409,
      failure: { code: 'RELEASE_REFUSED' },
    });
    await first.close();
    await clientOf(second).tellRelease('r', 'resume');
    const top = await until(second, ({ at, phase }) => at?.level === 'all' && phase === 'dwelling');
    expect(top.ladder.map(({ current }) => current)).toEqual([0.1, 0.5, 1]);
    expect(top.epoch).toBe(3);
  }, 60_000);

  test.skipIf(!built)(
    'a process that slept past its lease decides nothing when it wakes',
    async () => {
      url = await postgres.database();
      const child = spawn(
        process.execPath,
        [
          ombre,
          'up',
          '--database',
          url,
          '--port',
          '0',
          '--data-dir',
          join(folder, 'child'),
          '--log-level',
          'silent',
          folder,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, OMBRE_TOKEN: 'w' } },
      );
      processes.push(child);
      let said = '';
      child.stdout?.on('data', (chunk) => {
        said += String(chunk);
      });
      while (!/listens on \S+/.test(said)) await new Promise((resolve) => setTimeout(resolve, 50));
      const store = await openPostgresStore({ url });
      try {
        const environment = (await store.environments())[0] ?? '';
        const server = await startServer({
          dataDirectory: join(folder, 'three'),
          database: url,
          environment,
          port: 0,
          writeToken: 'w',
        });
        servers.push(server);
        await clientOf(server).apply({ origin: 'api', resources: [flag, release] });
        await until(server, ({ at }) => at?.level === 'tenth');
        // Stopped in the middle of whatever it does; the lease runs out, and the other takes over and takes everything back.
        child.kill('SIGSTOP');
        const back = await clientOf(server).tellRelease('r', 'abort', { author: 'ann', why: 'it sleeps' });
        expect(back.ok || back.failure.code === 'UNAVAILABLE').toBe(true);
        const gone = await until(server, ({ phase }) => phase === 'rolled-back');
        child.kill('SIGCONT');
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        const after = await until(server, () => true);
        expect(after.phase).toBe('rolled-back');
        expect(after.epoch).toBe(gone.epoch);
        const epochs = (await store.before(environment, { limit: 100, action: 'place' })).length;
        expect(epochs).toBe(after.epoch);
        const rows = await store.db.selectFrom('progress').select(['fence']).execute();
        const lease = await store.db
          .selectFrom('lease')
          .select('token')
          .where('name', '=', `controller/${environment}`)
          .executeTakeFirstOrThrow();
        expect(rows.map(({ fence }) => fence)).toEqual([lease.token]);
      } finally {
        await store.close();
      }
    },
    60_000,
  );
});
