import { z } from 'zod';

/** A backup that was written on the server's machine. */
export interface BackupMade {
  /** Path of the copy; its signed manifest stands beside it. */
  readonly file: string;
  readonly bytes: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  /** How many environments it holds. */
  readonly environments: number;
}

export const backupMade: z.ZodType<BackupMade> = z.object({
  file: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  environments: z.int(),
});
