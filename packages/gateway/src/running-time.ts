import type { Clock } from '@ombre/carry';

/** Time as this process lives it. What is measured of services by it leaves out the moments in which the process itself stood still. */
export interface RunningTime {
  /** Milliseconds that never go back, and do not pass while the process stands still. */
  readonly now: () => number;
  /** Calls once after so many of these milliseconds; the answer cancels. */
  readonly after: (milliseconds: number, call: () => void) => () => void;
  /** Milliseconds left out so far. */
  readonly stalled: () => number;
  stop(): void;
}

/** How often time is read at least, in ms: so much of a standstill still counts. */
const BEAT = 20;

/**
 * A longer gap between two readings, in ms, is a standstill. What a gateway does by itself stays far below (docs/adr/028-standstill.md): what
 * is longer comes from outside, such as a process that was stopped, or a machine that was moved or had no processor to give.
 */
const STANDSTILL = 100;

/** Reads the monotonic clock at least every 20 ms until it is stopped. A slow service makes no gap: the beat goes on while it is waited for. */
export function startRunningTime(clock: Clock): RunningTime {
  let last = clock.monotonic();
  let stalled = 0;
  let cancel = (): void => {};

  function now(): number {
    const at = clock.monotonic();
    const gap = at - last;
    last = at;
    if (gap > STANDSTILL) stalled += gap - BEAT;
    return at - stalled;
  }

  function beat(): void {
    now();
    cancel = clock.after(BEAT, beat);
  }

  beat();
  return {
    now,
    after(milliseconds, call) {
      const until = now() + milliseconds;
      // A timer that rang in a standstill rings before anything is read that came meanwhile.
      const ring = (): void => {
        const left = until - now();
        if (left > 0) stop = clock.after(Math.ceil(left), ring);
        else call();
      };
      let stop = clock.after(milliseconds, ring);
      return () => stop();
    },
    stalled: () => stalled,
    stop: () => cancel(),
  };
}
