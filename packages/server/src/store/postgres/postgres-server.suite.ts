import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';

/** Where Debian's package `postgresql` keeps its programs; undefined where it is not installed. */
export const postgresPrograms: string | undefined = findPrograms();

const NO_POSTGRES = 'PostgreSQL is not installed: apt-get install postgresql';

function findPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
    .find((programs) => existsSync(join(programs, 'postgres')));
}

/** A real server on a socket in a directory of its own. */
export interface PostgresServer {
  /** A new, empty database. */
  database(): Promise<string>;
  /** Ends the server as a crash would: nothing is flushed that was not before. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Tests that share a server of their own, which ends after them; where PostgreSQL is not installed they are skipped and say so. */
export function describeOnPostgres(
  title: string,
  tests: (server: PostgresServer) => void,
  options: { readonly timeout?: number } = {},
): void {
  const absent = postgresPrograms === undefined;
  describe.skipIf(absent)(absent ? `${title} (${NO_POSTGRES})` : title, options, () => {
    let started: PostgresServer | undefined;
    beforeAll(async () => {
      started = await startPostgres();
    });
    afterAll(() => started?.stop());
    const server = (): PostgresServer => {
      if (started === undefined) throw new Error('PostgreSQL is started before the first test, not before');
      return started;
    };
    tests({
      database: () => server().database(),
      kill: () => server().kill(),
      start: () => server().start(),
      stop: () => server().stop(),
    });
  });
}

/** The server refuses to run as root, so that there it runs as `postgres`. */
const owner = process.getuid?.() === 0 ? idsOf('postgres') : {};

async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms ?? '';
  const directory = mkdtempSync(join(tmpdir(), 'ombre-postgres-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(directory, owner.uid, owner.gid);
    chownSync(data, owner.uid, owner.gid);
  }
  chmodSync(directory, 0o755);
  const options = { ...owner, cwd: directory, stdio: 'ignore' } as const;
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'ombre', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    options,
  );

  const url = (database: string): string =>
    `postgres://ombre@/${database}?host=${encodeURIComponent(directory)}`;
  let server: ChildProcess | undefined;
  let databases = 0;

  const start = async (): Promise<void> => {
    const args = [
      '-D',
      data,
      '-k',
      directory,
      '-c',
      'listen_addresses=',
      '-c',
      'max_connections=60',
      '-c',
      'track_commit_timestamp=on',
    ];
    server = spawn(join(programs, 'postgres'), args, options);
    for (let tries = 0; tries < 1_200; tries += 1) {
      const client = new pg.Client({ connectionString: url('postgres') });
      client.on('error', () => {});
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error('PostgreSQL did not start');
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = server;
    server = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await ended;
  };

  await start();
  return {
    database: async () => {
      databases += 1;
      const name = `ombre_${databases}`;
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return url(name);
    },
    // SIGQUIT: every process of the server ends at once without a checkpoint, so that the next start recovers from the write-ahead log.
    kill: () => end('SIGQUIT'),
    start,
    stop: async () => {
      await end('SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function idsOf(user: string): { readonly uid?: number; readonly gid?: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return {};
  }
}
