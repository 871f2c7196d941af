import type { Delta, Head, SignedHead } from '@ombre/decide';
import { z } from 'zod';
import { formatEvent } from '../event-stream/format.ts';
import type { ReceivedEvent } from '../event-stream/parse.ts';
import { formatPosition, parsePosition } from './position.ts';

/**
 * What the sync stream says. A stream opens with `head` when the receiver's `Last-Event-ID` can be continued from (the missing deltas
 * follow at once), else with `resync`: get the snapshot after a random part of `within` milliseconds; deltas from that head on follow meanwhile.
 */
export type SyncEvent =
  | {
      readonly type: 'head';
      readonly head: SignedHead;
      readonly heartbeat: number /* ms between events at most */;
    }
  | { readonly type: 'delta'; readonly head: SignedHead; readonly delta: WireDelta }
  | {
      readonly type: 'resync';
      readonly head: SignedHead;
      readonly heartbeat: number;
      readonly within: number;
    }
  /** Where the server stands; a receiver that is elsewhere with nothing in flight has missed something and reconnects. */
  | { readonly type: 'heartbeat'; readonly revision: number };

/** A delta whose base is named by revision alone: lineage and revision imply the digest. */
export type WireDelta = Omit<Delta, 'from'> & { readonly from: number };

const text = z.string().min(1).max(200);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const headSchema: z.ZodType<Head> = z.object({ environment: text, lineage: text, revision: count, digest });

export const signedHeadSchema: z.ZodType<SignedHead> = z.object({
  head: headSchema,
  issued: count,
  expires: count,
  key: text,
  signature: z.string().max(200),
});

const opening = { head: signedHeadSchema, heartbeat: count };
const headEvent = z.object(opening);
const resyncEvent = z.object({ ...opening, within: count });
const heartbeatEvent = z.object({ revision: count });
const deltaHeader = z.object({
  from: count,
  digest,
  issued: count,
  expires: count,
  key: text,
  signature: z.string().max(200),
  remove: z.array(z.string()).optional(),
  ids: z.unknown().optional(),
});

export const syncEventSchemas: {
  readonly head: z.ZodType;
  readonly resync: z.ZodType;
  readonly heartbeat: z.ZodType;
  readonly delta: z.ZodType;
} = { head: headEvent, resync: resyncEvent, heartbeat: heartbeatEvent, delta: deltaHeader };

/** Text of an event for every socket. Only deltas carry an id, since only they move a receiver that has applied them. */
export function formatSyncEvent(event: SyncEvent): string {
  if (event.type !== 'delta') {
    const { type, ...data } = event;
    return formatEvent({ event: type, data: JSON.stringify(data) });
  }
  const { head, delta } = event;
  const header = {
    from: delta.from,
    digest: head.head.digest,
    issued: head.issued,
    expires: head.expires,
    key: head.key,
    signature: head.signature,
    ...(delta.remove.length === 0 ? {} : { remove: delta.remove }),
    ...(isEmpty(delta.ids) ? {} : { ids: delta.ids }),
  };
  // The lines of the snapshot follow the header verbatim, one `data:` line each: no JSON inside JSON, so no escapes.
  const lines = [
    JSON.stringify(header),
    ...delta.put.map((line) => (line.endsWith('\n') ? line.slice(0, -1) : line)),
  ];
  return formatEvent({ event: 'delta', id: formatPosition(head.head), data: lines.join('\n') });
}

function isEmpty(ids: unknown): boolean {
  return ids === undefined || (typeof ids === 'object' && ids !== null && Object.keys(ids).length === 0);
}

export type ParsedSyncEvent =
  | { readonly ok: true; readonly event: SyncEvent }
  /** `UNKNOWN` events come from newer servers and are ignored; after `MALFORMED` a receiver reconnects. */
  | { readonly ok: false; readonly code: 'UNKNOWN' | 'MALFORMED' };

/** Reads one event of the stream of `environment`. The signature is not checked here. */
export function parseSyncEvent(received: ReceivedEvent, environment: string): ParsedSyncEvent {
  switch (received.event) {
    case 'head':
      return parsed(headEvent, received.data, (data) => ({ type: 'head', ...data }));
    case 'resync':
      return parsed(resyncEvent, received.data, (data) => ({ type: 'resync', ...data }));
    case 'heartbeat':
      return parsed(heartbeatEvent, received.data, (data) => ({ type: 'heartbeat', ...data }));
    case 'delta':
      return parseDelta(received, environment);
    default:
      return { ok: false, code: 'UNKNOWN' };
  }
}

function parsed<T>(schema: z.ZodType<T>, data: string, make: (data: T) => SyncEvent): ParsedSyncEvent {
  const result = schema.safeParse(readJson(data));
  return result.success ? { ok: true, event: make(result.data) } : { ok: false, code: 'MALFORMED' };
}

function parseDelta(received: ReceivedEvent, environment: string): ParsedSyncEvent {
  const at = parsePosition(received.id ?? '');
  const [first = '', ...lines] = received.data.split('\n');
  const header = deltaHeader.safeParse(readJson(first));
  if (at === undefined || !header.success) return { ok: false, code: 'MALFORMED' };
  const { from, digest, issued, expires, key, signature, remove = [], ids } = header.data;
  const head: Head = { environment, ...at, digest };
  const put = lines.map((line) => `${line}\n`);
  // What the delta says is checked by its digest when it is applied, so its identifiers are taken as they are.
  const delta = { from, head, put, remove, ids: ids ?? {} } as WireDelta;
  return { ok: true, event: { type: 'delta', head: { head, issued, expires, key, signature }, delta } };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The delta as the engine applies it at `at`; a base elsewhere is left for the engine to refuse. */
export function deltaAt(delta: WireDelta, at: Head): Delta {
  return {
    ...delta,
    from: { lineage: delta.head.lineage, revision: delta.from, digest: at.digest },
  } as Delta;
}
