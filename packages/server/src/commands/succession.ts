import { canonicalJson, type Head } from '@ombre/decide';
import type { SignedSuccession } from '@ombre/protocol';
import { z } from 'zod';
import type { Change } from '../store/change.ts';

/** A new lineage's right to go on where an old one ended: made when a backup is restored. */
export interface Succession {
  readonly environment: string;
  /** The last head of the lineage that ended, as far as it is known here. */
  readonly from: LineageHead;
  /** The first head of the lineage that goes on. */
  readonly to: LineageHead;
  /** Milliseconds since 1970. */
  readonly issued: number;
}

type LineageHead = Pick<Head, 'lineage' | 'revision' | 'digest'>;

/** More restores than any environment sees. */
export const MOST_SUCCESSIONS = 1_000;

/** The text that a succession's signature covers. */
export function successionPayload({ environment, from, to, issued }: Succession): string {
  const plain = ({ lineage, revision, digest }: LineageHead) => ({ lineage, revision, digest });
  return canonicalJson({ environment, from: plain(from), to: plain(to), issued });
}

const recorded: z.ZodType<SignedSuccession> = z.object({
  payload: z.string(),
  key: z.string(),
  signature: z.string(),
});
const lineageHead: z.ZodType<LineageHead> = z.object({
  lineage: z.string(),
  revision: z.int(),
  digest: z.string(),
});
const succession: z.ZodType<Succession> = z.object({
  environment: z.string(),
  from: lineageHead,
  to: lineageHead,
  issued: z.int(),
});

/** A succession as it was signed, and what it says. */
export type RecordedSuccession = Succession & SignedSuccession;

/** The succession that a change of action `succeed` records. */
export function readSuccession({ facts }: Change): RecordedSuccession | undefined {
  const record = recorded.safeParse(facts).data;
  return record === undefined ? undefined : { ...succession.parse(JSON.parse(record.payload)), ...record };
}
