import { z } from 'zod';

/** `active` signs; `next` is prepared; `retired` verifies the history. Receivers should trust the first two. */
export type KeyRole = 'active' | 'next' | 'retired';

/** A public signing key. */
export interface WireKey {
  /** First 16 hexadecimal digits of SHA-256 over the key's SPKI. */
  readonly id: string;
  readonly role: KeyRole;
  readonly pem: string;
}

export interface KeysView {
  readonly keys: readonly WireKey[];
  readonly receivers: {
    /** Those of this process that hold a lease. */
    readonly live: number;
    /** Of these, the names of those that verify and do not trust the next key yet; they would refuse what it signs. */
    readonly waiting: readonly string[];
  };
}

export const keysView: z.ZodType<KeysView> = z.object({
  keys: z.array(z.object({ id: z.string(), role: z.enum(['active', 'next', 'retired']), pem: z.string() })),
  receivers: z.object({ live: z.int(), waiting: z.array(z.string()) }),
});

const id = z.string().regex(/^[0-9a-f]{16}$/);

export interface RotateRequest {
  /** The prepared key that was read; where another is prepared by now, nothing is done. */
  readonly next: string;
  readonly dryRun?: boolean;
  /** Although live receivers do not trust the next key. */
  readonly force?: boolean;
}

export const rotateRequest: z.ZodType<RotateRequest> = z.strictObject({
  next: id,
  dryRun: z.boolean().exactOptional(),
  force: z.boolean().exactOptional(),
});

export interface ForgetRequest {
  readonly id: string;
  readonly dryRun?: boolean;
}

export const forgetRequest: z.ZodType<ForgetRequest> = z.strictObject({
  id,
  dryRun: z.boolean().exactOptional(),
});

export interface Forgotten extends KeysView {
  /** Changes of the history that this key signed: without it their signatures can no longer be checked. */
  readonly changes: number;
}

export const forgotten: z.ZodType<Forgotten> = z.object({
  keys: z.array(z.object({ id: z.string(), role: z.enum(['active', 'next', 'retired']), pem: z.string() })),
  receivers: z.object({ live: z.int(), waiting: z.array(z.string()) }),
  changes: z.int().min(0),
});
