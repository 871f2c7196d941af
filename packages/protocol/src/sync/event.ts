import type { Delta, Head, SignedHead } from '@ombre/decide';
import { formatEvent } from '../event-stream/format.ts';
import type { ReceivedEvent } from '../event-stream/parse.ts';
import { isCount, readSignedHead } from './head.ts';
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
      readonly successions?: readonly SignedSuccession[];
    }
  | { readonly type: 'delta'; readonly head: SignedHead; readonly delta: WireDelta }
  | {
      readonly type: 'resync';
      readonly head: SignedHead;
      readonly heartbeat: number;
      readonly within: number;
      readonly successions?: readonly SignedSuccession[];
    }
  /** A two-phase change to stage on revision `delta.from`: nothing is decided, so nothing is signed. */
  | { readonly type: 'prepare'; readonly id: string; readonly version: number; readonly delta: WireDelta }
  /** It is decided and has this head; its delta follows for whoever has not staged it. */
  | { readonly type: 'commit'; readonly id: string; readonly version: number; readonly head: SignedHead }
  | { readonly type: 'abort'; readonly id: string }
  /** Where the server stands; a receiver that is elsewhere with nothing in flight has missed something and reconnects. */
  | { readonly type: 'heartbeat'; readonly revision: number };

/** A new lineage's right to follow an old one: signed by a key that receivers trust. */
export interface SignedSuccession {
  /** The canonical JSON that was signed. */
  readonly payload: string;
  readonly key: string;
  /** Ed25519 over the payload, base64url. */
  readonly signature: string;
}

/** A delta whose base is named by revision alone: lineage and revision imply the digest. */
export type WireDelta = Omit<Delta, 'from'> & { readonly from: number };

/** Text of an event for every socket. Only deltas carry an id, since only they move a receiver that has applied them. */
export function formatSyncEvent(event: SyncEvent): string {
  if (event.type === 'prepare') {
    const { id, version, delta } = event;
    const { lineage, digest } = delta.head;
    return formatEvent({ event: 'prepare', data: deltaText({ id, version, lineage, digest }, delta) });
  }
  if (event.type !== 'delta') {
    const { type, ...data } = event;
    return formatEvent({ event: type, data: JSON.stringify(data) });
  }
  const { head, delta } = event;
  const { issued, expires, key, signature } = head;
  const data = deltaText({ digest: head.head.digest, issued, expires, key, signature }, delta);
  return formatEvent({ event: 'delta', id: formatPosition(head.head), data });
}

/** The lines of the snapshot follow the header verbatim, one `data:` line each: no JSON inside JSON, so no escapes. */
function deltaText(named: Readonly<Record<string, unknown>>, delta: WireDelta): string {
  const header = {
    from: delta.from,
    ...named,
    ...(delta.requires.length === 0 ? {} : { requires: delta.requires }),
    ...(delta.remove.length === 0 ? {} : { remove: delta.remove }),
    ...(delta.ids.length === 0 ? {} : { ids: delta.ids }),
  };
  const lines = delta.put.map((line) => (line.endsWith('\n') ? line.slice(0, -1) : line));
  return [JSON.stringify(header), ...lines].join('\n');
}

export type ParsedSyncEvent =
  | { readonly ok: true; readonly event: SyncEvent }
  /** `UNKNOWN` events come from newer servers and are ignored; after `MALFORMED` a receiver reconnects. */
  | { readonly ok: false; readonly code: 'UNKNOWN' | 'MALFORMED' };

/** Reads one event of the stream of `environment`. The signature is not checked here. */
export function parseSyncEvent(received: ReceivedEvent, environment: string): ParsedSyncEvent {
  const event = readEvent(received, environment);
  if (event === 'UNKNOWN') return { ok: false, code: 'UNKNOWN' };
  return event === undefined ? { ok: false, code: 'MALFORMED' } : { ok: true, event };
}

function readEvent(received: ReceivedEvent, environment: string): SyncEvent | 'UNKNOWN' | undefined {
  if (received.event === 'delta') return readDelta(received, environment);
  if (received.event === 'prepare') return readPrepare(received, environment);
  const data = readJson(received.data);
  if (typeof data !== 'object' || data === null) return undefined;
  const { heartbeat, within, revision, id, version } = data as Record<string, unknown>;
  switch (received.event) {
    case 'head':
    case 'resync': {
      const head = readSignedHead((data as Record<string, unknown>).head);
      if (head === undefined || !isCount(heartbeat)) return undefined;
      if (received.event === 'head') return { type: 'head', head, heartbeat };
      return isCount(within) ? { type: 'resync', head, heartbeat, within } : undefined;
    }
    case 'commit': {
      const head = readSignedHead((data as Record<string, unknown>).head);
      if (head === undefined || typeof id !== 'string' || !isCount(version)) return undefined;
      return { type: 'commit', id, version, head };
    }
    case 'abort':
      return typeof id === 'string' ? { type: 'abort', id } : undefined;
    case 'heartbeat':
      return isCount(revision) ? { type: 'heartbeat', revision } : undefined;
    default:
      return 'UNKNOWN';
  }
}

function readDelta(received: ReceivedEvent, environment: string): SyncEvent | undefined {
  const at = parsePosition(received.id ?? '');
  const said = readDeltaText(received.data);
  if (at === undefined || said === undefined) return undefined;
  const { digest, issued, expires, key, signature } = said.header;
  const head = readSignedHead({ head: { environment, ...at, digest }, issued, expires, key, signature });
  return head && { type: 'delta', head, delta: { ...said.delta, head: head.head } };
}

function readPrepare(received: ReceivedEvent, environment: string): SyncEvent | undefined {
  const said = readDeltaText(received.data);
  if (said === undefined) return undefined;
  const { delta } = said;
  const { id, version, lineage, digest } = said.header;
  if (typeof id !== 'string' || !isCount(version)) return undefined;
  if (typeof lineage !== 'string' || typeof digest !== 'string') return undefined;
  // The revision that it becomes if it is decided.
  const head: Head = { environment, lineage, revision: delta.from + 1, digest };
  return { type: 'prepare', id, version, delta: { ...delta, head } };
}

/** What a delta says is checked when it is applied: by its shape and at last by its digest. */
function readDeltaText(
  data: string,
): { readonly header: Record<string, unknown>; readonly delta: Omit<WireDelta, 'head'> } | undefined {
  const [first = '', ...lines] = data.split('\n');
  const header = readJson(first) as Record<string, unknown> | null | undefined;
  if (typeof header !== 'object' || header === null) return undefined;
  const { from, remove = [], requires = [], ids = [] } = header;
  if (!isCount(from) || !isTexts(requires) || !isTexts(remove) || !Array.isArray(ids)) return undefined;
  return { header, delta: { from, requires, put: lines.map((line) => `${line}\n`), remove, ids } };
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

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
