import type { Clock } from './clock.ts';

export interface ManualClock extends Clock {
  /** Lets time pass, calling what is due in order. */
  advance(milliseconds: number): void;
  /** Stands still for so long: what was due meanwhile is called late, after it. */
  stand(milliseconds: number): void;
}

/** A clock that stands until it is told. */
export function manualClock(start = 1_800_000_000_000): ManualClock {
  let now = start;
  let timers: { at: number; call: () => void }[] = [];
  const clock: ManualClock = {
    now: () => now,
    monotonic: () => now - start,
    after(milliseconds, call) {
      const timer = { at: now + Math.max(0, milliseconds), call };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.call();
      }
      now = end;
    },
    stand(milliseconds) {
      now += milliseconds;
      clock.advance(0);
    },
  };
  return clock;
}
