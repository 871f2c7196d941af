import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupMade } from '@ombre/protocol';
import type { Signer } from '../commands/commit.ts';
import type { SqlStore } from '../store/sql/sql-store.ts';

/** A consistent copy in a folder of the data directory, named after the time. */
export async function backUpInto(
  dataDirectory: string,
  sql: SqlStore,
  signer: Signer,
  now: number,
): Promise<BackupMade> {
  const { backUp } = await import('./back-up.ts');
  const folder = join(dataDirectory, 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `ombre-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}.backup`);
  const { bytes, sha256, environments } = await backUp(sql, { file, signer, now });
  return { file, bytes, sha256, environments: environments.length };
}
