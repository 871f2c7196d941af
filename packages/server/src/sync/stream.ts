import type { ServerResponse } from 'node:http';
import type { Clock } from '@ombre/carry';
import type { Delta, SignedHead } from '@ombre/decide';
import {
  COMMENT,
  formatEvent,
  formatSyncEvent,
  parsePosition,
  type SignedSuccession,
  type WireDelta,
} from '@ombre/protocol';
import type { Views } from '../views/views.ts';
import { createHub, type Hub } from './hub.ts';
import type { Live } from './live.ts';

/** The streams of one environment: deltas for receivers, refetch events for OFREP clients. */
export interface Streams {
  /** A receiver's stream, from its last applied position on; `false` where there is no room. */
  sync(
    response: ServerResponse,
    lastEventId: string | undefined,
    headers?: Readonly<Record<string, string>>,
  ): boolean;
  /** An OFREP client's stream; one that missed something is told at once. */
  evaluation(
    response: ServerResponse,
    lastEventId: string | undefined,
    headers?: Readonly<Record<string, string>>,
  ): boolean;
  /** To every receiver. */
  tell(text: string): void;
  readonly counts: { readonly sync: number; readonly evaluation: number; readonly cut: number };
  end(): void;
}

export interface StreamsOptions {
  readonly environment: string;
  readonly live: Live;
  /** The records of how this lineage came to be, see Views.successions. */
  readonly successions: () => readonly SignedSuccession[];
  readonly views: Pick<Views, 'head' | 'delta'>;
  readonly clock: Clock;
  /** Streams of each kind at most. */
  readonly limit: number;
  /** Milliseconds between signs of life. */
  readonly heartbeat?: number;
  readonly onClose?: (response: ServerResponse) => void;
  readonly random?: () => number;
  readonly twoPhase?: TwoPhaseVoice;
}

/** What two-phase changes have to say on a receiver's stream. */
export interface TwoPhaseVoice {
  /** Goes before the delta to this head. */
  before(head: SignedHead): string;
  /** Goes to a receiver that has just come. */
  opening(): string;
}

/** Evaluation events closer together than this many milliseconds become one. */
const COALESCE = 100;
/** Receivers spread a full snapshot over this many milliseconds each, up to the longest. */
const SPREAD = { each: 2, longest: 10_000 };

export function createStreams(options: StreamsOptions): Streams {
  const { environment, live, views, clock, limit, heartbeat = 10_000, random = Math.random } = options;
  const { before, opening: underWay } = options.twoPhase ?? SILENT;
  const sync: Hub = createHub({
    clock,
    limit,
    heartbeat,
    alive,
    ...(options.onClose === undefined ? {} : { onClose: options.onClose }),
  });
  const evaluation: Hub = createHub({ clock, limit, heartbeat });
  /** The one receivers have the served head under. */
  let { signature } = live.signed();
  let told = Number.NEGATIVE_INFINITY;
  let later: (() => void) | undefined;

  const unsubscribe = live.subscribe((served, moved) => {
    signature = served.head.signature;
    if (moved === 'resync') sync.broadcast(before(served.head) + resync());
    else if (moved !== 'time') {
      const delta = formatSyncEvent({ type: 'delta', head: served.head, delta: toWire(moved) });
      sync.broadcast(before(served.head) + delta);
    }
    tellEvaluation();
  });

  function announced(): { head: SignedHead; successions?: readonly SignedSuccession[] } {
    const head = live.signed();
    const successions = options.successions();
    return successions.length === 0 ? { head } : { head, successions };
  }

  /** A sign of life; where the head was signed anew since, that head, so that what receivers keep on disk stays trusted. */
  function alive(): string {
    const head = live.signed();
    if (head.signature === signature)
      return formatSyncEvent({ type: 'heartbeat', revision: head.head.revision });
    ({ signature } = head);
    return formatSyncEvent({ type: 'head', ...announced(), heartbeat });
  }

  function resync(): string {
    const within = Math.min(SPREAD.longest, SPREAD.each * sync.size);
    return formatSyncEvent({ type: 'resync', ...announced(), heartbeat, within });
  }

  /** At once when nothing was told lately, else once at the end of the quiet time. */
  function tellEvaluation(): void {
    if (later !== undefined) return;
    const wait = told + COALESCE - clock.monotonic();
    const tell = (): void => {
      later = undefined;
      told = clock.monotonic();
      evaluation.broadcast(refetch());
    };
    if (wait <= 0) tell();
    else later = clock.after(wait, tell);
  }

  function refetch(retry?: number): string {
    const { state } = live.current();
    const data = JSON.stringify({ type: 'refetchEvaluation', etag: state });
    return formatEvent({ event: 'message', id: state, data, ...(retry === undefined ? {} : { retry }) });
  }

  function opening(lastEventId: string | undefined): string {
    const { head } = live.current();
    const at = lastEventId === undefined ? undefined : parsePosition(lastEventId);
    if (at === undefined || at.lineage !== head.head.lineage) return resync();
    const begin = formatSyncEvent({ type: 'head', ...announced(), heartbeat });
    if (at.revision === head.head.revision) return begin;
    const delta = views.delta(environment, at.lineage, at.revision);
    if (delta === undefined || delta === 'resync') return resync();
    // The log may be a revision ahead of what is served here; the broadcast that follows is then a duplicate to this receiver.
    const signed = views.head(environment);
    if (signed === undefined || signed.head.digest !== delta.head.digest) return resync();
    return begin + before(signed) + formatSyncEvent({ type: 'delta', head: signed, delta: toWire(delta) });
  }

  return {
    sync: (response, lastEventId, headers) => sync.open(response, opening(lastEventId) + underWay(), headers),
    evaluation(response, lastEventId, headers) {
      // Clients come back spread over a second or two when a server with thousands of them restarts.
      const retry = 1000 + Math.floor(random() * 2000);
      const { state } = live.current();
      const missed = lastEventId !== undefined && lastEventId !== state;
      const begin = missed ? refetch(retry) : `retry: ${retry}\nid: ${state}\n${COMMENT}`;
      return evaluation.open(response, begin, headers);
    },
    tell: (text) => sync.broadcast(text),
    get counts() {
      return { sync: sync.size, evaluation: evaluation.size, cut: sync.cut + evaluation.cut };
    },
    end() {
      unsubscribe();
      later?.();
      sync.end();
      evaluation.end();
    },
  };
}

const SILENT: TwoPhaseVoice = { before: () => '', opening: () => '' };

function toWire(delta: Delta): WireDelta {
  return { ...delta, from: delta.from.revision };
}
