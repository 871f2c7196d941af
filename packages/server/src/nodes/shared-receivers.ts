import type { Clock } from '@ombre/carry';
import type { Log } from '../http/log.ts';
import type { Heard, NodeStore } from '../store/nodes/node-store.ts';
import { type Receivers, viewOf } from '../sync/receivers.ts';
import type { KnownReceivers, Served } from './known-receivers.ts';
import { seeReceivers } from './receivers-seen.ts';

export interface SharedReceiversOptions {
  /** Names this process among those on the store. */
  readonly node: string;
  readonly nodes: Pick<NodeStore, 'hear' | 'receivers' | 'activation'>;
  /** Whom this process heard. */
  readonly receivers: Pick<Receivers, 'entry' | 'entries'>;
  /** What it serves of each environment. */
  readonly served: (environment: string) => Served | undefined;
  readonly environments: () => readonly string[];
  /** How it calls itself, for people. */
  readonly agent: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Receivers that several processes hear, each writing down what it hears where all read it. */
export interface SharedReceivers extends KnownReceivers {
  /** This process heard something new of a receiver: it is written down with the next batch. */
  changed(environment: string, receiver: string): void;
  /** This process serves another revision of some environment. */
  moved(): void;
  close(): Promise<void>;
}

/** At most one batch in so many milliseconds. */
const BATCH = 250;
/** A process says so often what it serves itself, and counts as long as serving that. */
const SELF = { each: 1_000, lease: 5_000 };

/** The receiver that a process itself is: its OFREP endpoint. */
export function ownReceiver(node: string): string {
  return `ombre-${node}`;
}

/**
 * Acknowledgements of all processes meet in the database: each writes down in batches what it heard and until when, by the database's
 * clock, so that whoever controls next knows all of it, and receivers of a process that died count until their leases run out.
 */
export function shareReceivers(options: SharedReceiversOptions): SharedReceivers {
  const { node, nodes, receivers, served, clock, log } = options;
  const unsaid = new Map<string, { readonly environment: string; readonly receiver: string }>();
  /** What was last said of this process itself, by environment. */
  const said = new Map<string, { readonly state: string; readonly at: number }>();
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let failing = false;
  let closed = false;

  function soon(): void {
    cancel ??= clock.after(BATCH, () => {
      cancel = undefined;
      flush().catch(() => {});
    });
  }

  /** Writes down what is known now. What is being written was taken before this call: what came since needs another write. */
  function flush(): Promise<void> {
    next ??= (writing ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        writing = next;
        next = undefined;
        return writeAll();
      });
    return next;
  }

  async function writeAll(): Promise<void> {
    const batch: Heard[] = [];
    for (const { environment, receiver } of unsaid.values()) {
      const entry = receivers.entry(environment, receiver);
      if (entry !== undefined) batch.push(entry);
    }
    unsaid.clear();
    batch.push(...ownNews());
    if (batch.length === 0 || closed) return;
    try {
      await nodes.hear(node, batch);
      if (failing) log.info({}, 'receivers are told to the other processes again');
      failing = false;
    } catch (error) {
      // Nobody knows what of it went in, nor what the database lost: everything is said again.
      for (const { environment, acknowledgement, leased } of receivers.entries()) {
        if (leased > 0) mark(environment, acknowledgement.receiver);
      }
      said.clear();
      soon();
      if (!failing) log.warn({ error: String(error) }, 'receivers cannot be told to the other processes');
      failing = true;
      throw error;
    }
  }

  function ownNews(): Heard[] {
    const now = clock.monotonic();
    return options.environments().flatMap((environment): Heard[] => {
      const serves = served(environment);
      if (serves === undefined) return [];
      const { lineage, revision, digest } = serves;
      const state = `${lineage} ${revision} ${digest}`;
      const before = said.get(environment);
      if (before?.state === state && now - before.at < SELF.each) return [];
      said.set(environment, { state, at: now });
      const acknowledgement = {
        receiver: ownReceiver(node),
        class: 'ofrep',
        agent: options.agent,
        lineage,
        revision,
        digest,
      } as const;
      return [{ environment, acknowledgement, connected: true, ago: 0, leased: SELF.lease }];
    });
  }

  function mark(environment: string, receiver: string): void {
    unsaid.set(`${environment}\n${receiver}`, { environment, receiver });
  }

  let stopBeat = clock.after(SELF.each, beat);
  function beat(): void {
    soon();
    stopBeat = clock.after(SELF.each, beat);
  }

  return {
    changed(environment, receiver) {
      mark(environment, receiver);
      soon();
    },
    moved: soon,
    settle: flush,
    async view(environment, at) {
      await flush();
      const rows = await nodes.receivers(environment);
      return rows.map((row) => ({
        ...viewOf(row, at, row.at),
        ...(row.url === null ? {} : { node: row.url }),
      }));
    },
    async seen(environment, lineage) {
      await flush();
      return seeReceivers(await nodes.activation(environment), lineage);
    },
    async close() {
      cancel?.();
      stopBeat();
      closed = true;
      await writing?.catch(() => {});
    },
  };
}
