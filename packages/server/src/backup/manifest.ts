import { canonicalJson } from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';
import { z } from 'zod';

/** What a backup holds, beside it as `<file>.manifest.json`. */
export interface BackupManifest {
  readonly format: 1;
  /** RFC 3339. */
  readonly made: string;
  /** Schema of the database in the file. */
  readonly schema: number;
  readonly bytes: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  readonly environments: readonly BackedUp[];
}

/** One environment as the backup has it. */
export interface BackedUp {
  readonly environment: string;
  readonly lineage: string;
  readonly revision: number;
  readonly digest: string;
}

export interface SignedManifest extends BackupManifest {
  readonly key: string;
  /** Ed25519 over {@link manifestPayload}, base64url. */
  readonly signature: string;
}

export const signedManifest: z.ZodType<SignedManifest> = z.object({
  format: z.literal(1),
  made: z.string(),
  schema: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  environments: z.array(
    z.object({ environment: z.string(), lineage: z.string(), revision: z.int(), digest: z.string() }),
  ),
  key: z.string(),
  signature: z.string(),
});

/** The text that a manifest's signature covers. */
export function manifestPayload(manifest: BackupManifest): string {
  const { format, made, schema, bytes, sha256, environments } = manifest;
  return canonicalJson({ format, made, schema, bytes, sha256, environments } as unknown as JsonValue);
}

/** Where the manifest of a backup file lies. */
export function manifestPath(file: string): string {
  return `${file}.manifest.json`;
}
