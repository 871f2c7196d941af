import { z } from 'zod';

/** What kind of process a receiver is; gateways and OFREP servers vote in two-phase changes. */
export type ReceiverClass = 'sdk' | 'gateway' | 'ofrep' | 'relay';

export const receiverClass: z.ZodType<ReceiverClass> = z.enum(['sdk', 'gateway', 'ofrep', 'relay']);

/** A flag a receiver cannot evaluate: it disables just that one and says so. */
export interface UnsupportedFlag {
  readonly flag: string;
  readonly code: string;
  readonly detail: string;
}

/** "I serve this revision." Cumulative; renews the lease, which the receiver counts from sending it on its own monotonic clock. */
export interface Acknowledgement {
  /** Chosen by the receiver, kept over its restarts where it has state. */
  readonly receiver: string;
  readonly class: ReceiverClass;
  readonly lineage: string;
  readonly revision: number;
  readonly digest: string;
  /** The version of a two-phase change that it has compiled beside what it serves. */
  readonly staged?: { readonly id: string; readonly version: number };
  readonly unsupported?: readonly UnsupportedFlag[];
  /** For people: a service's name and version. */
  readonly agent?: string;
  /** Ids of the signing keys it trusts; absent where it verifies nothing. */
  readonly trusts?: readonly string[];
}

const text = z.string().min(1).max(200);

export const unsupportedFlag: z.ZodType<UnsupportedFlag> = z.object({
  flag: text,
  code: text,
  detail: z.string().max(1000),
});

export const acknowledgement: z.ZodType<Acknowledgement> = z.object({
  receiver: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
  class: receiverClass,
  lineage: text,
  revision: z.int().min(0),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  staged: z.object({ id: text, version: z.int().min(1) }).exactOptional(),
  unsupported: z.array(unsupportedFlag).max(1000).exactOptional(),
  agent: z.string().max(200).exactOptional(),
  trusts: z.array(text).max(2).exactOptional(),
});

/** How long the lease now runs, in milliseconds from the receiver's sending, and where the server stands. */
export interface AcknowledgementAnswer {
  readonly lease: number;
  readonly lineage: string;
  readonly revision: number;
  /** Milliseconds of which a receiver waits a random part before the next one, so that a thousand do not answer a change at once. */
  readonly within: number;
  /** False: the lease does not run anew, since what is served is older than a two-phase change that was decided. */
  readonly granted?: boolean;
}

export const acknowledgementAnswer: z.ZodType<AcknowledgementAnswer> = z.object({
  lease: z.int().min(1),
  lineage: z.string(),
  revision: z.int(),
  within: z.int().min(0),
  granted: z.boolean().exactOptional(),
});

/** One row of the receivers view. */
export interface ReceiverView {
  readonly receiver: string;
  readonly class: ReceiverClass;
  readonly agent?: string;
  readonly lineage: string;
  readonly revision: number;
  /** Revisions behind the head; null while it serves another lineage. */
  readonly behind: number | null;
  /** The version of a two-phase change that it has compiled beside what it serves. */
  readonly staged?: { readonly id: string; readonly version: number };
  readonly unsupported: readonly UnsupportedFlag[];
  /** Ids of the signing keys it trusts; absent where it verifies nothing. */
  readonly trusts?: readonly string[];
  readonly lease: 'held' | 'expired';
  /** Milliseconds until the lease runs out; 0 when it has. */
  readonly expiresIn: number;
  /** True while a stream of this receiver is open. */
  readonly connected: boolean;
  /** Where several processes serve: the URL of the one that heard it last, if that one is still there. */
  readonly node?: string;
  /** Milliseconds since 1970, by the server. */
  readonly seen: number;
}

export const receiverView: z.ZodType<ReceiverView> = z.object({
  receiver: z.string(),
  class: receiverClass,
  agent: z.string().exactOptional(),
  lineage: z.string(),
  revision: z.int(),
  behind: z.int().nullable(),
  staged: z.object({ id: z.string(), version: z.int() }).exactOptional(),
  unsupported: z.array(unsupportedFlag),
  trusts: z.array(z.string()).exactOptional(),
  lease: z.enum(['held', 'expired']),
  expiresIn: z.number(),
  connected: z.boolean(),
  node: z.string().exactOptional(),
  seen: z.number(),
});
