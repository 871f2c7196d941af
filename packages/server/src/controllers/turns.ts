import type { Clock } from '@ombre/carry';
import { oneAfterAnother } from '../one-after-another.ts';
import type { Followed } from './followed.ts';
import { RENEW } from './keep-lease.ts';
import { isJudged } from './time-passes.ts';

/** What a turn is for: time passed; counters of some releases came; a command or a result did. `late` is in ms. */
export type Why =
  | { readonly kind: 'tick'; readonly late: number }
  | { readonly kind: 'counted'; readonly late: number; readonly heard: readonly Followed[] }
  | { readonly kind: 'woken' };

/** When a controller takes a turn: at each tick, and between ticks where it has something to decide. One after the other. */
export interface Turns {
  /** Soon. */
  wake(): void;
  /** Counters of these came: whoever is judged by them is, rather than at the next tick. */
  counted(releases: Iterable<Followed>): void;
  /** One last piece of work, after which there are no turns any more. */
  close(last: () => Promise<void>): Promise<void>;
}

export interface TurnsParts {
  readonly clock: Clock;
  /** While this process does not decide it only looks now and then whether it may. */
  readonly holds: () => boolean;
  readonly turn: (why: Why) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Milliseconds between ticks. */
export const TICK = 250;
/** A release is judged as soon as its counters come, but not again within so long, in ms; and the tick that follows leaves it out. */
export const APART = 200;

/** Takes the first turn at once. */
export function takeTurns({ clock, holds, turn, failed }: TurnsParts): Turns {
  const { run } = oneAfterAnother();
  /** When the next tick is due, and when the last one ended. */
  let planned = clock.monotonic();
  let finished = planned;
  let closed = false;
  let woken = false;
  const heard = new Set<Followed>();
  let counting = false;
  let cancel = clock.after(0, beat);

  /** A turn that fails leaves everything as it was written last. */
  function next(work: () => Promise<void>): Promise<void> {
    return run(async () => {
      if (!closed) await work().catch(failed);
    });
  }

  /** Inputs are as old as the last tick, if not as the time when this one was due. */
  function lateBy(now: number): number {
    return Math.max(0, now - finished - TICK);
  }

  function beat(): void {
    if (closed) return;
    cancel();
    const now = clock.monotonic();
    const late = Math.max(now - planned, lateBy(now));
    planned = Math.max(planned + TICK, now - TICK);
    const tick = async (): Promise<void> => {
      await turn({ kind: 'tick', late });
      finished = clock.monotonic();
    };
    void next(tick).then(() => {
      if (closed) return;
      const ended = clock.monotonic();
      if (!holds()) {
        finished = ended;
        planned = ended + RENEW;
      }
      cancel = clock.after(Math.max(0, planned - ended), beat);
    });
  }

  return {
    wake() {
      if (closed || woken || !holds()) return;
      woken = true;
      void next(async () => {
        woken = false;
        await turn({ kind: 'woken' });
      });
    },

    counted(releases) {
      const now = clock.monotonic();
      for (const one of releases) {
        if (!isJudged(one) || now - one.counted < APART) continue;
        one.counted = now;
        heard.add(one);
      }
      if (closed || counting || heard.size === 0) return;
      counting = true;
      void next(async () => {
        counting = false;
        const them = [...heard];
        heard.clear();
        await turn({ kind: 'counted', heard: them, late: lateBy(clock.monotonic()) });
      });
    },

    async close(last) {
      cancel();
      await next(last);
      closed = true;
    },
  };
}
