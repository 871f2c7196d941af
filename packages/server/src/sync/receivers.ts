import type { Clock } from '@ombre/carry';
import type { Acknowledgement, ReceiverView } from '@ombre/protocol';

export interface Receivers {
  /** Takes an acknowledgement and renews the lease unless told not to; `false` where the book is full of receivers with a lease. */
  acknowledge(environment: string, acknowledgement: Acknowledgement, renew?: boolean): boolean;
  /** Tells whether a stream of this receiver is open. */
  connected(environment: string, receiver: string, open: boolean): void;
  view(
    environment: string,
    at: { readonly lineage: string; readonly revision: number },
  ): readonly ReceiverView[];
  /** What was heard last of one receiver, or of all. */
  entry(environment: string, receiver: string): Entry | undefined;
  entries(): Iterable<Entry>;
  /** Milliseconds over which receivers should spread their next acknowledgements: one each, a second at most. */
  readonly spread: number;
  readonly lease: number;
}

/** One line of the book. */
export interface Entry {
  readonly environment: string;
  readonly acknowledgement: Acknowledgement;
  readonly connected: boolean;
  /** Milliseconds since it was heard, and until its lease runs out; 0 when it has. */
  readonly ago: number;
  readonly leased: number;
}

interface Row {
  readonly environment: string;
  readonly acknowledgement: Acknowledgement;
  /** On the monotonic clock. */
  readonly heard: number;
  readonly leasedUntil: number;
  /** Milliseconds since 1970. */
  readonly seen: number;
}

/** Whom this process heard, in memory: after a restart receivers say it again within a second or two. `lease` is in milliseconds. */
export function createReceivers(options: {
  readonly clock: Clock;
  readonly lease: number;
  readonly limit: number;
  /** Told whenever an entry is another than it was, a renewed lease included. */
  readonly changed?: (environment: string, receiver: string) => void;
}): Receivers {
  const { clock, lease, limit, changed } = options;
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

  function entryOf(key: string, { environment, acknowledgement, heard, leasedUntil }: Row): Entry {
    const now = clock.monotonic();
    return {
      environment,
      acknowledgement,
      connected: streams.has(key),
      ago: now - heard,
      leased: Math.max(0, leasedUntil - now),
    };
  }

  return {
    lease,
    get spread() {
      return Math.min(1_000, rows.size);
    },
    acknowledge(environment, acknowledgement, renew = true) {
      const { receiver } = acknowledgement;
      const key = keyOf(environment, receiver);
      if (!rows.has(key) && !makeRoom()) return false;
      const heard = clock.monotonic();
      const leasedUntil = renew ? heard + lease : (rows.get(key)?.leasedUntil ?? heard);
      rows.set(key, { environment, acknowledgement, heard, leasedUntil, seen: clock.now() });
      changed?.(environment, receiver);
      return true;
    },
    connected(environment, receiver, open) {
      const key = keyOf(environment, receiver);
      const count = (streams.get(key) ?? 0) + (open ? 1 : -1);
      if (count > 0) streams.set(key, count);
      else streams.delete(key);
      if (rows.has(key)) changed?.(environment, receiver);
    },
    entry(environment, receiver) {
      const key = keyOf(environment, receiver);
      const row = rows.get(key);
      return row && entryOf(key, row);
    },
    *entries() {
      for (const [key, row] of rows) yield entryOf(key, row);
    },
    view(environment, at) {
      const found: ReceiverView[] = [];
      for (const [key, row] of rows) {
        if (row.environment === environment) found.push(viewOf(entryOf(key, row), at, row.seen));
      }
      return found.sort((a, b) => (a.receiver < b.receiver ? -1 : 1));
    },
  };
}

/** An entry as people see it beside a head; `seen` in milliseconds since 1970. */
export function viewOf(
  { acknowledgement, connected, leased }: Entry,
  at: { readonly lineage: string; readonly revision: number },
  seen: number,
): ReceiverView {
  const { receiver, agent, lineage, revision, staged, unsupported = [], trusts } = acknowledgement;
  return {
    receiver,
    class: acknowledgement.class,
    ...(agent === undefined ? {} : { agent }),
    lineage,
    revision,
    behind: lineage === at.lineage ? Math.max(0, at.revision - revision) : null,
    ...(staged === undefined ? {} : { staged }),
    unsupported,
    ...(trusts === undefined ? {} : { trusts }),
    lease: leased > 0 ? 'held' : 'expired',
    expiresIn: Math.round(leased),
    connected,
    seen,
  };
}
