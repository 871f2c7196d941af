import type { Clock } from '../clock.ts';

/** Does one thing as often as asked but with a pause between, never twice at once; many requests in a pause become one. */
export interface Pacer {
  request(): void;
  /** Does now what was requested and waits for its end. Afterwards nothing is done any more. */
  finish(): Promise<void>;
  /** Forgets what was requested. */
  stop(): void;
}

/** `act` must not reject. `interval` in milliseconds, from start to start. */
export function createPacer(clock: Clock, interval: number, act: () => Promise<void>): Pacer {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | undefined;
  let due = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;

  function begin(): void {
    wanted = false;
    due = clock.monotonic() + interval;
    running = act().finally(() => {
      running = undefined;
      if (wanted) arm();
    });
  }

  function arm(): void {
    if (stopped || running !== undefined || cancel !== undefined) return;
    const wait = due - clock.monotonic();
    if (wait <= 0) begin();
    else {
      cancel = clock.after(wait, () => {
        cancel = undefined;
        arm();
      });
    }
  }

  function stop(): void {
    stopped = true;
    cancel?.();
    cancel = undefined;
  }

  return {
    request() {
      wanted = true;
      arm();
    },
    async finish() {
      stop();
      await running;
      if (wanted) begin();
      await running;
    },
    stop,
  };
}
