import { existsSync } from 'node:fs';
import { mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Signer } from '../commands/commit.ts';
import { SCHEMA } from '../store/migrations/migrate.ts';
import type { SqlStore } from '../store/sql/sql-store.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { copyTables } from './copy-tables.ts';
import { fileDigest } from './file-digest.ts';
import { type BackedUp, manifestPath, manifestPayload, type SignedManifest } from './manifest.ts';

export interface BackUpOptions {
  /** Where the copy goes; it and its manifest must not exist. */
  readonly file: string;
  readonly signer: Signer;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Copies a whole store, whichever database it is in, as it is at one moment, into one SQLite file with a signed manifest beside it, while others
 * read and write. The manifest comes last: a file without one is not finished. Keys are not in it. Throws where the file exists or the disk is full.
 */
export async function backUp(store: SqlStore, options: BackUpOptions): Promise<SignedManifest> {
  const { file, signer, now } = options;
  for (const path of [file, manifestPath(file)]) {
    if (existsSync(path)) throw new Error(`${path} exists; a backup overwrites nothing.`);
  }
  const directory = await mkdtemp(join(dirname(file), '.ombre-backup-'));
  try {
    const copy = await openSqliteStore({ directory, now: () => now });
    const environments = await store.together(async (from) => {
      await copy.db.transaction().execute((to) => copyTables(from, to));
      const rows = await from
        .selectFrom('environment')
        .selectAll()
        .orderBy('project')
        .orderBy('name')
        .execute();
      return rows.map(
        ({ project, name, lineage, revision, digest }): BackedUp => ({
          environment: `${project}/${name}`,
          lineage,
          revision,
          digest,
        }),
      );
    });
    await copy.close();
    await flush(copy.path);
    const { sha256, bytes } = await fileDigest(copy.path);
    await rename(copy.path, file);
    const made = new Date(now).toISOString();
    const manifest = { format: 1 as const, made, schema: SCHEMA, bytes, sha256, environments };
    const signed = { ...manifest, key: signer.key, signature: signer.sign(manifestPayload(manifest)) };
    await writeFile(manifestPath(file), `${JSON.stringify(signed, null, 2)}\n`, { flush: true, mode: 0o600 });
    return signed;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
