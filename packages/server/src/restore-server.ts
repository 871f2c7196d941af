import { join } from 'node:path';
import { type Restored, restoreBackup } from './backup/restore-backup.ts';
import { systemClock } from './commands/clock.ts';
import { silent } from './http/log.ts';
import { openKeyring } from './keys/keyring.ts';
import { newId } from './new-id.ts';
import { openStore } from './open-store.ts';

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
  const now = (): number => clock.now();
  const { sql } = await openStore({ dataDirectory, database, now, log: silent });
  if (sql === undefined) throw new TypeError(`nothing can be restored into ${database}`);
  try {
    const keyring = openKeyring(join(dataDirectory, 'keys'), now);
    return await restoreBackup({ file, into: sql, keyring, clock, newId, author, why, dryRun });
  } finally {
    await sql.close();
  }
}
