import type { Clock } from '@ombre/carry';
import type { Acknowledgement, ReceiverView } from '@ombre/protocol';

export interface Receivers {
  /** Takes an acknowledgement and renews the lease; `false` where the book is full of receivers with a lease. */
  acknowledge(environment: string, acknowledgement: Acknowledgement): boolean;
  /** Tells whether a stream of this receiver is open. */
  connected(environment: string, receiver: string, open: boolean): void;
  view(
    environment: string,
    at: { readonly lineage: string; readonly revision: number },
  ): readonly ReceiverView[];
  /** Milliseconds over which receivers should spread their next acknowledgements: one each, a second at most. */
  readonly spread: number;
  readonly lease: number;
}

interface Row {
  readonly acknowledgement: Acknowledgement;
  /** On the monotonic clock. */
  readonly leasedUntil: number;
  readonly seen: number;
}

/** Who serves which revision, in memory: after a restart receivers say it again within a second or two. `lease` is in milliseconds. */
export function createReceivers(options: {
  readonly clock: Clock;
  readonly lease: number;
  readonly limit: number;
}): Receivers {
  const { clock, lease, limit } = options;
  const rows = new Map<string, Row>();
  const streams = new Map<string, number>();
  const keyOf = (environment: string, receiver: string): string => `${environment}\n${receiver}`;

  /** Receivers whose lease ran out are forgotten only when room is needed: until then they are shown as gone. */
  function makeRoom(): boolean {
    if (rows.size < limit) return true;
    const now = clock.monotonic();
    for (const [key, row] of rows) if (row.leasedUntil <= now) rows.delete(key);
    return rows.size < limit;
  }

  return {
    lease,
    get spread() {
      return Math.min(1_000, rows.size);
    },
    acknowledge(environment, acknowledgement) {
      const key = keyOf(environment, acknowledgement.receiver);
      if (!rows.has(key) && !makeRoom()) return false;
      rows.set(key, { acknowledgement, leasedUntil: clock.monotonic() + lease, seen: clock.now() });
      return true;
    },
    connected(environment, receiver, open) {
      const key = keyOf(environment, receiver);
      const count = (streams.get(key) ?? 0) + (open ? 1 : -1);
      if (count > 0) streams.set(key, count);
      else streams.delete(key);
    },
    view(environment, at) {
      const now = clock.monotonic();
      const found: ReceiverView[] = [];
      for (const [key, { acknowledgement, leasedUntil, seen }] of rows) {
        if (key !== keyOf(environment, acknowledgement.receiver)) continue;
        const { receiver, agent, lineage, revision, unsupported = [], trusts } = acknowledgement;
        found.push({
          receiver,
          class: acknowledgement.class,
          ...(agent === undefined ? {} : { agent }),
          lineage,
          revision,
          behind: lineage === at.lineage ? Math.max(0, at.revision - revision) : null,
          unsupported,
          ...(trusts === undefined ? {} : { trusts }),
          lease: leasedUntil > now ? 'held' : 'expired',
          expiresIn: Math.max(0, Math.round(leasedUntil - now)),
          connected: streams.has(key),
          seen,
        });
      }
      return found.sort((a, b) => (a.receiver < b.receiver ? -1 : 1));
    },
  };
}
