import type { Snapshot } from '@ombre/decide';
import type { Clock } from '../clock.ts';

/** Tells which flags time alone has changed, at the instants the snapshot names. */
export interface BoundaryTimer {
  /** Watches this snapshot instead of the one before; the past up to now is told by the swap. */
  follow(snapshot: Snapshot): void;
  stop(): void;
}

export function createBoundaryTimer(
  clock: Clock,
  changed: (flags: readonly string[]) => void,
): BoundaryTimer {
  let cancel: (() => void) | undefined;

  function arm(snapshot: Snapshot, told: number): void {
    const next = snapshot.boundaries(told);
    if (next === undefined) return;
    cancel = clock.after(next - clock.now(), () => {
      const now = clock.now();
      // Timers may fire early, and only so far ahead: nothing is told before its time.
      const flags = snapshot.changedBetween(told, now);
      arm(snapshot, Math.max(told, now));
      if (flags.length > 0) changed(flags);
    });
  }

  return {
    follow(snapshot) {
      cancel?.();
      cancel = undefined;
      arm(snapshot, clock.now());
    },
    stop() {
      cancel?.();
    },
  };
}
