import type { Clock } from '@ombre/carry';
import type { Log } from '../http/log.ts';

/** Milliseconds for which a failure that lasts is not told again. */
const SILENCE = 60_000;

/** What keeps a controller from working, such as a full disk, from the first turn that failed until turns go through again. */
export interface Halt {
  /** Since when, in ms since 1970, and the message of the failure met last. Undefined while turns go through. */
  readonly halted: { readonly since: number; readonly why: string } | undefined;
  /** A turn failed. Logged once a minute while it is always the same: four turns a second meet the same full disk. */
  failed(error: unknown): void;
  /** A write went in. */
  wrote(): void;
  /** A turn went through without a write. Proves something only after `quiet` ms without a failure. */
  passed(quiet: number): void;
}

/** Times in ms on the monotonic clock, but for `since`. */
interface Failure {
  readonly why: string;
  readonly told: number;
  readonly met: number;
  readonly since: number;
}

export function createHalt(parts: {
  readonly environment: string;
  readonly clock: Clock;
  /** Steady milliseconds since 1970. */
  readonly time: () => number;
  readonly log: Log;
}): Halt {
  const { environment, clock, time, log } = parts;
  let failure: Failure | undefined;
  return {
    get halted() {
      return failure && { since: failure.since, why: failure.why };
    },
    failed(error) {
      const why = error instanceof Error ? error.message : String(error);
      const now = clock.monotonic();
      const told = failure?.why === why && now - failure.told < SILENCE ? failure.told : undefined;
      failure = { why, told: told ?? now, met: now, since: failure?.since ?? time() };
      if (told !== undefined) return;
      log.warn({ environment, error: why }, 'a turn of the controller failed; it is tried again');
    },
    wrote() {
      failure = undefined;
    },
    passed(quiet) {
      if (failure !== undefined && clock.monotonic() - failure.met > quiet) failure = undefined;
    },
  };
}
