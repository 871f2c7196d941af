import { diffSnapshots, type Encoded, type Head, type SignedHead } from '@ombre/decide';
import type { Acknowledgement, SignedSuccession } from '@ombre/protocol';
import type { Problem } from '../problem.ts';
import {
  type Acknowledging,
  type Announced,
  type Ended,
  type Source,
  SourceError,
  type SourceEvent,
} from '../source.ts';

/** A source in the process's own memory, and the hand that moves it: for tests, and for those who make snapshots themselves. */
export interface MemorySource extends Source, Acknowledging {
  /** Moves the head. The delta from the head before is told where lineage allows, else the whole is to be fetched. */
  publish(encoded: Encoded, signed: SignedHead, successions?: readonly SignedSuccession[]): void;
  /** Ends all watches; until `restore` nothing answers. */
  fail(problem?: Problem): void;
  restore(): void;
  /** What was acknowledged, newest last. */
  readonly acknowledged: readonly Acknowledgement[];
}

export interface MemorySourceOptions {
  readonly trust?: 'signed' | 'local';
  readonly environment?: string;
  /** How many earlier snapshots and deltas are kept. */
  readonly keep?: number;
}

interface Kept {
  readonly announced: Announced;
  readonly encoded: Encoded;
}

export function createMemorySource(options: MemorySourceOptions = {}): MemorySource {
  const keep = options.keep ?? 16;
  let kept: readonly Kept[] = [];
  let failed: Problem | undefined;
  const acknowledged: Acknowledgement[] = [];
  const watches = new Set<{ listen: (event: SourceEvent) => void; end: (ended: Ended) => void }>();

  function newest(): Kept {
    const last = kept.at(-1);
    if (failed !== undefined) throw new SourceError({ problem: failed });
    if (last === undefined)
      throw new SourceError({ problem: { code: 'NOT_FOUND', detail: 'nothing is published' } });
    return last;
  }

  function deltaBetween(from: Kept, to: Kept): SourceEvent {
    const head = to.announced.signed.head;
    const delta = diffSnapshots(from.encoded, from.announced.signed.head, to.encoded, head);
    const size = delta.put.reduce((sum, line) => sum + line.length, 0);
    return { type: 'delta', announced: to.announced, delta: { ...delta, from: delta.from.revision }, size };
  }

  return {
    trust: options.trust ?? 'signed',
    address: 'memory:',
    environment: options.environment,
    acknowledged,

    async head() {
      return newest().announced;
    },

    async get(head) {
      newest();
      const found = kept.find(({ encoded }) => encoded.digest === head.digest);
      if (found === undefined) {
        throw new SourceError({ problem: { code: 'NOT_FOUND', detail: `no snapshot ${head.digest}` } });
      }
      return found.encoded;
    },

    watch(from, listen, signal) {
      return new Promise((resolve) => {
        if (failed !== undefined) return resolve({ problem: failed });
        const watch = { listen, end };
        function end(ended: Ended): void {
          watches.delete(watch);
          resolve(ended);
        }
        signal.addEventListener('abort', () => end({ problem: { code: 'UNREACHABLE', detail: 'aborted' } }));
        watches.add(watch);
        // As over a wire, the first word comes after the call.
        queueMicrotask(() => {
          if (watches.has(watch)) for (const event of opening(from)) listen(event);
        });
      });
    },

    async acknowledge(acknowledgement) {
      newest();
      acknowledged.push(acknowledgement);
      return { lease: 30_000, within: 0 };
    },

    publish(encoded, signed, successions) {
      const announced = successions === undefined ? { signed } : { signed, successions };
      const before = kept.at(-1);
      const next = { announced, encoded };
      kept = [...kept, next].slice(-keep);
      const event = before === undefined || apart(before, next) ? resync(next) : deltaBetween(before, next);
      for (const { listen } of [...watches]) listen(event);
    },

    fail(problem = { code: 'UNREACHABLE', detail: 'as asked' }) {
      failed = problem;
      for (const { end } of [...watches]) end({ problem });
    },

    restore() {
      failed = undefined;
    },
  };

  function opening(from: Head | undefined): readonly SourceEvent[] {
    const last = kept.at(-1);
    if (last === undefined) return [];
    const at = kept.findIndex(
      ({ announced: { signed } }) =>
        signed.head.digest === from?.digest && signed.head.lineage === from?.lineage,
    );
    const rest = kept.slice(at);
    if (at < 0 || rest.some((one) => apart(one, last))) return [resync(last)];
    const deltas = rest.slice(1).map((one, index) => deltaBetween(rest[index] ?? one, one));
    return [{ type: 'head', announced: last.announced }, ...deltas];
  }
}

function apart(a: Kept, b: Kept): boolean {
  return a.announced.signed.head.lineage !== b.announced.signed.head.lineage;
}

function resync({ announced }: Kept): SourceEvent {
  return { type: 'resync', announced, within: 0 };
}
