import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresPrograms } from '../../store/postgres/postgres-server.suite.ts';

export interface Standby {
  readonly url: string;
  stop(): Promise<void>;
}

/** A copy of a running server that follows it by its log. */
export async function startStandby(primaryUrl: string): Promise<Standby> {
  const programs = postgresPrograms ?? '';
  const host = new URL(primaryUrl.replace('ombre@/', 'ombre@x/')).searchParams.get('host') ?? '';
  const directory = mkdtempSync(join(tmpdir(), 'ombre-standby-'));
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  const [uid, gid] = process.getuid?.() === 0 ? idsOfPostgres() : [];
  const owner = uid === undefined || gid === undefined ? {} : { uid, gid };
  if (uid !== undefined && gid !== undefined) {
    chownSync(directory, uid, gid);
    chownSync(data, uid, gid);
  }
  chmodSync(directory, 0o755);
  const options = { ...owner, cwd: directory, stdio: 'ignore' } as const;
  const from = ['-h', host, '-U', 'ombre', '-D', data];
  execFileSync(
    join(programs, 'pg_basebackup'),
    [...from, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
    options,
  );
  const args = ['-D', data, '-k', directory, '-c', 'listen_addresses=', '-c', 'max_connections=60'];
  const server = spawn(join(programs, 'postgres'), args, options);
  const url = `postgres://ombre@/postgres?host=${encodeURIComponent(directory)}`;
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      break;
    } catch {
      if (tries > 1_200) throw new Error('the standby did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    url,
    async stop() {
      if (server.exitCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGINT');
        await ended;
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function idsOfPostgres(): readonly number[] {
  return ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
}
