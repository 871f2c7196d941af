import { randomUUID } from 'node:crypto';
import type { Clock } from '@ombre/carry';
import type { Circuit, Counters } from '@ombre/protocol';
import type { Tally } from './tally.ts';

/** How often counters are reported. */
const INTERVAL = 250;

/** How long a control plane is left alone that does not take counters. */
const LATER = 10_000;

/** What became of a report. `refused`: its token may not write; `unsupported`: whoever answers does not take counters. */
export type Delivery = 'taken' | 'resend' | 'lost' | 'refused' | 'unsupported';

export type Deliver = (report: Counters) => Promise<Delivery>;

export interface Reporter {
  /** How the last report fared; undefined before the first has. */
  readonly last: Delivery | undefined;
  /** Sends what is still to be said and stops. */
  close(): Promise<void>;
}

/** What a report holds. */
export interface Counted {
  readonly tally: Tally;
  /** As they stand at a time of `now`. */
  readonly circuits: (now: number) => readonly Circuit[];
  /** The milliseconds the tally counts in. */
  readonly now: () => number;
}

const LEFT_ALONE: ReadonlySet<Delivery | undefined> = new Set(['refused', 'unsupported']);

/**
 * Reports a tally every 250 ms, one report at a time; after one that was not taken the next is full. `changed` is called where a report
 * fares otherwise than the one before.
 */
export function startReporter(
  { tally, circuits, now }: Counted,
  source: string,
  clock: Clock,
  deliver: Deliver,
  changed: (to: Delivery) => void = () => {},
): Reporter {
  let boot = randomUUID();
  let generation = tally.generation;
  let sequence = 0;
  let full = true;
  let last: Delivery | undefined;
  let closed = false;
  let cancel = (): void => {};
  let sending: Promise<void> = Promise.resolve();

  function next(): Counters {
    if (tally.generation !== generation) {
      generation = tally.generation;
      boot = randomUUID();
      sequence = 0;
      full = true;
    }
    sequence += 1;
    const report = { source, boot, sequence, at: clock.now(), limits: tally.limits, full };
    const at = now();
    const standing = circuits(at);
    return {
      ...report,
      rows: tally.rows(at, full),
      ...(standing.length === 0 ? {} : { circuits: standing }),
    };
  }

  async function send(): Promise<void> {
    const fate = await deliver(next()).catch(() => 'lost' as const);
    if (fate !== last) changed(fate);
    last = fate;
    full = last !== 'taken';
  }

  function schedule(milliseconds: number): void {
    cancel = clock.after(milliseconds, () => {
      sending = send().then(() => {
        if (!closed) schedule(LEFT_ALONE.has(last) ? LATER : INTERVAL);
      });
    });
  }

  schedule(INTERVAL);
  return {
    get last() {
      return last;
    },
    async close() {
      closed = true;
      cancel();
      await sending;
      if (last !== undefined && !LEFT_ALONE.has(last)) await send();
    },
  };
}
