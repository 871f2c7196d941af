import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Restored, restoreBackup } from './backup/restore-backup.ts';
import { systemClock } from './commands/clock.ts';
import { openKeyring } from './keys/keyring.ts';
import { openPostgresStore } from './store/postgres/open-postgres-store.ts';
import { openSqliteStore } from './store/sqlite/open-sqlite-store.ts';

export interface RestoreServerOptions {
  /** What `back up` wrote; its manifest stands beside it. */
  readonly file: string;
  /** Where the restored control plane will live; its keys sign the succession, so bring those that receivers trust. */
  readonly dataDirectory: string;
  /** A `postgres://` URL; SQLite in the data directory unless said. */
  readonly database?: string;
  readonly author: string;
  readonly why: string;
  readonly dryRun?: boolean;
}

/** Brings a backup back into an empty store while no control plane runs on it. Throws StoreError. */
export async function restoreServer(options: RestoreServerOptions): Promise<Restored> {
  const { file, dataDirectory, database, author, why, dryRun = false } = options;
  const clock = systemClock();
  const into =
    database === undefined
      ? await openSqliteStore({ directory: dataDirectory, now: () => clock.now() })
      : await openPostgresStore({ url: database });
  try {
    const keyring = openKeyring(join(dataDirectory, 'keys'), () => clock.now());
    const newId = (): string => randomBytes(8).toString('hex');
    return await restoreBackup({ file, into, keyring, clock, newId, author, why, dryRun });
  } finally {
    await into.close();
  }
}
