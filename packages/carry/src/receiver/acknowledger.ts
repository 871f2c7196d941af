import type { Acknowledgement } from '@ombre/protocol';
import type { Clock } from '../clock.ts';
import { limitSignal } from '../limit-signal.ts';
import type { Acknowledging } from '../source.ts';
import { createPacer } from './pacer.ts';

/** Acknowledgements are at least this far apart, in milliseconds. */
const PACE = 1_000;
/** How long a lease is taken to run before the source has said, in milliseconds. */
const LEASE = 30_000;
/** How long an acknowledgement may take, in milliseconds. */
const PATIENCE = 10_000;
/** The source keeps no more of them, and needs no more to see that something is missing here. */
const MOST_UNSUPPORTED = 1_000;

export interface Acknowledger {
  /** There is something to say: after a random part of what the source asked for, and a second after the last at the soonest. */
  request(): void;
  /** It is to be said now. */
  atOnce(): void;
  stop(): void;
}

/**
 * Tells the source what is served and renews the lease thrice in its time. `say` answers undefined while there is nothing to say.
 * A lost acknowledgement needs no care: the next says the same and more. `granted` hears of each lease and when it was asked for, on the
 * monotonic clock.
 */
export function createAcknowledger(
  source: Acknowledging,
  clock: Clock,
  say: () => Acknowledgement | undefined,
  random: () => number,
  granted: (sent: number, lease: number) => void = () => {},
): Acknowledger {
  let lease = LEASE;
  let within = 0;
  let cancelSpread: (() => void) | undefined;
  let cancel: (() => void) | undefined;
  const life = new AbortController();

  function renewAfter(wait: number): void {
    cancel?.();
    cancel = clock.after(wait, () => pacer.request());
  }

  async function send(): Promise<void> {
    const acknowledgement = say();
    const sent = clock.monotonic();
    renewAfter(lease / 3);
    if (acknowledgement === undefined) return;
    const limit = limitSignal(life.signal, clock, PATIENCE);
    try {
      const answer = await source.acknowledge(trim(acknowledgement), limit.signal);
      // The first answer may tell a shorter lease than was taken for granted.
      if (answer.lease < lease) renewAfter(answer.lease / 3);
      ({ lease, within } = answer);
      if (answer.granted !== false && !life.signal.aborted) granted(sent, lease);
    } catch {
      // The stream notices that the source is away; the renewal tries again.
    } finally {
      limit.done();
    }
  }

  const pacer = createPacer(clock, PACE, send);

  return {
    request() {
      if (within === 0) return pacer.request();
      cancelSpread ??= clock.after(random() * within, () => {
        cancelSpread = undefined;
        pacer.request();
      });
    },
    atOnce() {
      if (!life.signal.aborted) void send();
    },
    stop() {
      pacer.stop();
      cancel?.();
      cancelSpread?.();
      life.abort();
    },
  };
}

function trim(acknowledgement: Acknowledgement): Acknowledgement {
  const { unsupported = [], ...rest } = acknowledgement;
  return unsupported.length === 0 ? rest : { ...rest, unsupported: unsupported.slice(0, MOST_UNSUPPORTED) };
}
