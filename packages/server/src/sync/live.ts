import type { Clock } from '@ombre/carry';
import {
  advanceInSteps,
  type CompileOptions,
  compileInSteps,
  type Delta,
  type Encoded,
  type SignedHead,
  type Snapshot,
} from '@ombre/decide';
import type { Log } from '../http/log.ts';
import { finish } from '../steps.ts';
import type { Changes, Views } from '../views/views.ts';

/** One revision, ready to decide. */
export interface Served {
  readonly head: SignedHead;
  readonly encoded: Encoded;
  readonly snapshot: Snapshot;
  /** Names this revision and the stretch of time in which no validity begins or ends: equal states give equal answers. */
  readonly state: string;
}

/** What made answers differ: a committed delta, a reload, or time alone. */
export type Moved = Delta | 'resync' | 'time';

/** The snapshot that this process serves of one environment: swapped by one reference, so that a request sees one revision. */
export interface Live {
  current(): Served;
  /** The head of what is served, under the key that signs now: signatures are renewed, and keys exchanged, while a revision stays. */
  signed(): SignedHead;
  /** Called after each swap, in order. */
  subscribe(listener: (served: Served, moved: Moved, changed: readonly string[]) => void): () => void;
  close(): void;
}

export interface LiveOptions {
  readonly environment: string;
  readonly views: Pick<Views, 'head' | 'encoded' | 'snapshot'>;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly compile?: CompileOptions;
}

/** Milliseconds that one update may hold the event loop before it lets requests through. */
const SLICE = 2;

/**
 * Follows the log of an environment. A small change is served before its command is answered; a big one compiles in slices while the
 * old revision serves. Throws where there is no such environment.
 */
export function createLive(options: LiveOptions): Live {
  const { environment, views, clock, log } = options;
  const listeners = new Set<(served: Served, moved: Moved, changed: readonly string[]) => void>();
  const waiting: { head: SignedHead; delta: Delta | 'resync' }[] = [];
  let working: Generator<undefined, Update> | undefined;
  let cancel: () => void = () => {};
  let closed = false;

  const head = views.head(environment);
  const encoded = views.encoded(environment);
  if (head === undefined || encoded === undefined) throw new Error(`no environment ${environment}`);
  let served = serve(head, encoded, finish(compileInSteps(encoded, options.compile)));
  watchTime();

  const unsubscribe = options.changes.subscribe(environment, (next, delta) => {
    waiting.push({ head: next, delta });
    if (working === undefined) work();
  });

  function serve(signed: SignedHead, bytes: Encoded, snapshot: Snapshot): Served {
    const { lineage, revision } = signed.head;
    const boundary = snapshot.boundaries(clock.now());
    const until = boundary === undefined ? '' : `.${boundary.toString(36)}`;
    return { head: signed, encoded: bytes, snapshot, state: `${lineage}:${revision}${until}` };
  }

  function work(): void {
    try {
      while (!closed) {
        if (working === undefined) {
          const next = waiting.shift();
          if (next === undefined) return;
          working = update(next.head, next.delta);
        }
        const end = clock.monotonic() + SLICE;
        let step = working.next();
        while (step.done !== true && clock.monotonic() < end) step = working.next();
        if (step.done !== true) {
          setImmediate(work);
          return;
        }
        working = undefined;
        swap(step.value);
      }
    } catch (error) {
      // The old revision goes on serving; the next change is tried as a reload.
      working = undefined;
      log.error({ environment, error: String(error) }, 'a revision could not be served');
      if (waiting.length > 0) setImmediate(work);
    }
  }

  function* update(signed: SignedHead, delta: Delta | 'resync'): Generator<undefined, Update> {
    const bytes = bytesOf(signed);
    // The log ran ahead of this listener, or an update failed before: what the delta starts from is not what is served.
    if (delta === 'resync' || delta.from.digest !== served.encoded.digest) {
      const snapshot = yield* compileInSteps(bytes, options.compile);
      return { signed, bytes, snapshot, moved: 'resync', changed: snapshot.flags };
    }
    const advanced = yield* advanceInSteps(served.snapshot, bytes, delta);
    return { signed, bytes, snapshot: advanced.snapshot, moved: delta, changed: advanced.changed };
  }

  function bytesOf(signed: SignedHead): Encoded {
    const { digest } = signed.head;
    const now = views.encoded(environment);
    const found = now?.digest === digest ? now : views.snapshot(environment, digest)?.encoded;
    if (found === undefined) throw new Error(`snapshot ${digest} is no longer kept`);
    return found;
  }

  function swap(update: Update): void {
    served = serve(update.signed, update.bytes, update.snapshot);
    watchTime();
    tell(update.moved, update.changed);
  }

  function watchTime(): void {
    cancel();
    const from = clock.now();
    const boundary = served.snapshot.boundaries(from);
    if (boundary === undefined) return;
    cancel = clock.after(boundary - from, () => {
      const changed = served.snapshot.changedBetween(from, clock.now());
      served = serve(served.head, served.encoded, served.snapshot);
      watchTime();
      if (changed.length > 0) tell('time', changed);
    });
  }

  function tell(moved: Moved, changed: readonly string[]): void {
    for (const listener of listeners) {
      try {
        listener(served, moved, changed);
      } catch (error) {
        log.error({ environment, error: String(error) }, 'a listener of revisions failed');
      }
    }
  }

  return {
    current: () => served,
    signed() {
      const now = views.head(environment);
      const { lineage, revision } = served.head.head;
      // The log may be ahead of what is served here.
      return now?.head.lineage === lineage && now.head.revision === revision ? now : served.head;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      cancel();
      unsubscribe();
    },
  };
}

interface Update {
  readonly signed: SignedHead;
  readonly bytes: Encoded;
  readonly snapshot: Snapshot;
  readonly moved: Delta | 'resync';
  readonly changed: readonly string[];
}
