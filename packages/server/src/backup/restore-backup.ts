import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignedSuccession } from '@ombre/protocol';
import type { Clock } from '../commands/clock.ts';
import { successionPayload } from '../commands/succession.ts';
import type { Keyring } from '../keys/keyring.ts';
import { sealChange } from '../store/hash-chain.ts';
import type { SqlStore } from '../store/sql/sql-store.ts';
import { openSqliteStore, type SqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { StoreError } from '../store/store.ts';
import { Mirror } from '../views/mirror.ts';
import { verifyHistory } from '../views/verify-history.ts';
import type { HistoryFault } from '../views/views.ts';
import { copyTables } from './copy-tables.ts';
import { fileDigest } from './file-digest.ts';
import { manifestPath, manifestPayload, type SignedManifest, signedManifest } from './manifest.ts';

export interface RestoreOptions {
  readonly file: string;
  /** An open store without any environment. */
  readonly into: SqlStore;
  readonly keyring: Pick<Keyring, 'signer' | 'verify' | 'knows'>;
  readonly clock: Clock;
  /** A new random id of at least 16 hexadecimal digits. */
  readonly newId: () => string;
  readonly author: string;
  readonly why: string;
  /** Check everything, tell what would be, write nothing. */
  readonly dryRun?: boolean;
}

/** One environment as it was in the backup and as it goes on. */
export interface RestoredEnvironment {
  readonly environment: string;
  readonly from: { readonly lineage: string; readonly revision: number; readonly digest: string };
  readonly to: { readonly lineage: string; readonly revision: number; readonly digest: string };
}

export type Restored =
  | {
      readonly ok: true;
      readonly manifest: SignedManifest;
      readonly environments: readonly RestoredEnvironment[];
      /** What a person should know, such as a signature by a key that is not known here. */
      readonly warnings: readonly string[];
    }
  | {
      readonly ok: false;
      readonly code:
        | 'NO_MANIFEST'
        | 'DAMAGED' // the file is not what the manifest says, or its log is broken
        | 'SIGNATURE_INVALID'
        | 'NOT_EMPTY'
        | 'NEWER_SCHEMA';
      readonly message: string;
      readonly faults?: readonly HistoryFault[];
    };

/**
 * Writes a backup into an empty store. Each environment goes on as a new lineage, one revision further, with a succession signed by the
 * key of this server: receivers that had gone further under the old lineage take the new one as a whole snapshot, and never as a step back. Everything
 * is checked before, and written in one transaction.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { file, into, keyring, clock } = options;
  const manifest = await readManifest(file);
  if (manifest === undefined) {
    return refused(
      'NO_MANIFEST',
      `${manifestPath(file)} is missing or is no manifest. It is written last, when a backup is whole, and is copied together with it.`,
    );
  }
  const warnings: string[] = [];
  if (!keyring.verify(manifest.key, manifestPayload(manifest), manifest.signature)) {
    if (keyring.knows(manifest.key)) {
      return refused('SIGNATURE_INVALID', 'The manifest was changed after it was signed.');
    }
    warnings.push(
      `The backup is signed by a key that is not known here (${manifest.key}). Copy the folder keys/ of the old data directory into the new one first: without it receivers that verify do not follow, and \`ombre history --verify\` cannot check what was before.`,
    );
  }
  const { sha256, bytes } = await fileDigest(file);
  if (sha256 !== manifest.sha256 || bytes !== manifest.bytes) {
    return refused('DAMAGED', `${file} is not the file its manifest describes.`);
  }
  if ((await into.environments()).length > 0) {
    return refused(
      'NOT_EMPTY',
      'The store has environments already; restore into an empty one and switch over.',
    );
  }

  const directory = await mkdtemp(join(tmpdir(), 'ombre-restore-'));
  try {
    await copyFile(file, join(directory, 'ombre.db'));
    const copy = await openSqliteStore({ directory, now: () => clock.now() });
    try {
      const faults = await logFaults(copy, keyring.verify, warnings);
      if (faults.length > 0) {
        return { ...refused('DAMAGED', `The log in the backup is broken: ${faults[0]?.message}`), faults };
      }
      const environments: RestoredEnvironment[] = [];
      for (const environment of await copy.environments())
        environments.push(await succeed(copy, environment, options));
      if (options.dryRun !== true) {
        await copy.together((from) => into.db.transaction().execute((to) => copyTables(from, to)));
      }
      return { ok: true, manifest, environments, warnings };
    } finally {
      await copy.close();
    }
  } catch (error) {
    if (error instanceof StoreError && error.code === 'NEWER_SCHEMA')
      return refused('NEWER_SCHEMA', error.message);
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function refused(code: Extract<Restored, { readonly ok: false }>['code'], message: string) {
  return { ok: false, code, message } as const;
}

async function readManifest(file: string): Promise<SignedManifest | undefined> {
  try {
    return signedManifest.safeParse(JSON.parse(await readFile(manifestPath(file), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** What forbids the restore. Signatures of keys that are lost and bytes of another version are worth a word, since chain and rows prove the rest. */
async function logFaults(
  copy: SqliteStore,
  verify: Keyring['verify'],
  warnings: string[],
): Promise<readonly HistoryFault[]> {
  const broken: HistoryFault[] = [];
  for (const environment of await copy.environments()) {
    const faults = (await verifyHistory({ store: copy, verify }, environment))?.faults ?? [];
    const mild = faults.filter(({ code }) => code === 'SIGNATURE' || code === 'DIGEST');
    broken.push(...faults.filter((fault) => !mild.includes(fault)));
    if (mild.length > 0) warnings.push(`${environment}: ${mild[0]?.message}`);
  }
  return broken;
}

/** Begins the new lineage of one environment, in the copy. */
async function succeed(
  copy: SqliteStore,
  environment: string,
  { keyring, clock, newId, author, why }: RestoreOptions,
): Promise<RestoredEnvironment> {
  const mirror = await Mirror.open(copy, environment);
  if (mirror === undefined) throw new Error(`${environment} is not in the copy`);
  const { head, hash } = mirror.state;
  const signer = keyring.signer();
  const { lineage, revision, digest } = head;
  const from = { lineage, revision, digest };
  const to = { lineage: newId(), revision: revision + 1, digest: mirror.encoded.digest };
  const payload = successionPayload({ environment, from, to, issued: clock.now() });
  const succession: SignedSuccession = { payload, key: signer.key, signature: signer.sign(payload) };
  const change = sealChange(
    {
      environment,
      lineage: to.lineage,
      revision: to.revision,
      at: clock.nanos(),
      author,
      why,
      action: 'succeed',
      origin: null,
      from: from.digest,
      to: to.digest,
      names: [],
      diff: [],
      writes: [],
      facts: { ...succession },
    },
    hash,
    signer,
  );
  const appended = await copy.append({ change, writes: [] });
  if (!appended.ok) throw new Error(`the copy moved while it was restored: ${appended.code}`);
  return { environment, from, to };
}
