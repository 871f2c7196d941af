import { countWindow, timeWindow, type Window } from './window.ts';

export interface BreakerSettings {
  /** What is looked back on while closed: calls that ended in the last so many seconds, or the last so many calls. */
  readonly window: { readonly seconds: number } | { readonly calls: number };
  /** Below so many calls in the window no rate trips it. */
  readonly minimumCalls: number;
  /** Trips at this part of failed calls or more, in (0, 1]. */
  readonly failureRate: number;
  /** Trips at this part of slow calls or more, in (0, 1]. */
  readonly slowRate: number;
  /** A call is slow when it takes longer than so many milliseconds. */
  readonly slowOver: number;
  /** Milliseconds it stays open before it lets probes through. */
  readonly wait: number;
  /** Probes that decide in the half-open state. */
  readonly probes: number;
  /** Milliseconds the half-open state may last without a decision, then it is open again; 0: without end. */
  readonly probeWait: number;
}

/** Half of the calls failed, or three in ten took longer than 1.2 s, in a minute with at least 100 calls. */
export const BREAKER_DEFAULTS: BreakerSettings = {
  window: { seconds: 60 },
  minimumCalls: 100,
  failureRate: 0.5,
  slowRate: 0.3,
  slowOver: 1_200,
  wait: 10_000,
  probes: 10,
  probeWait: 10_000,
};

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerEvent {
  readonly at: number;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly why: 'failures' | 'slow' | 'waited' | 'recovered' | 'probes overdue';
}

/** Given to a call that may go; handed back when the call ends. */
export interface Permit {
  readonly term: number;
}

/**
 * A circuit breaker with Resilience4j's semantics: rates trip at or above their limits, slow is above `slowOver`, nothing is judged
 * below `minimumCalls`, and time moves it only when it is asked (lazily). One thing differs: a call that was let go in an earlier
 * state is not taken for a probe of the present one. It has no clock: `now` is milliseconds that never go back.
 */
export interface Breaker {
  /** Undefined: the call must not go. */
  acquire(now: number): Permit | undefined;
  /** The call ended after so many milliseconds. */
  record(permit: Permit, now: number, duration: number, failed: boolean): void;
  /** The call ended and tells nothing of the upstream, such as one its client gave up: a probe's place is free again. */
  release(permit: Permit): void;
  state(now: number): BreakerState;
  /** Milliseconds until it may let a call through; 0 where it does. */
  waits(now: number): number;
}

export function createBreaker(
  settings: BreakerSettings,
  listen: (event: BreakerEvent) => void = () => {},
): Breaker {
  let state: BreakerState = 'closed';
  /** Since when, and which of all states so far: what permits belong to. */
  let since = 0;
  let term = 0;
  let window = freshWindow();
  let free = 0;

  function freshWindow(): Window {
    return 'seconds' in settings.window
      ? timeWindow(settings.window.seconds)
      : countWindow(settings.window.calls);
  }

  function move(at: number, to: BreakerState, why: BreakerEvent['why']): void {
    const from = state;
    state = to;
    since = at;
    term += 1;
    window = to === 'half-open' ? countWindow(settings.probes) : freshWindow();
    free = settings.probes;
    listen({ at, from, to, why });
  }

  /** What time alone has changed. */
  function settle(now: number): void {
    const { probeWait } = settings;
    if (state === 'half-open' && probeWait > 0 && now >= since + probeWait) {
      move(since + probeWait, 'open', 'probes overdue');
    }
  }

  function minimum(): number {
    if (state === 'half-open') return settings.probes;
    const { window: size, minimumCalls } = settings;
    return 'calls' in size ? Math.min(size.calls, minimumCalls) : minimumCalls;
  }

  function judge(now: number): void {
    const { calls, failed, slow } = window.sums(now);
    if (calls < minimum()) return;
    if (failed / calls >= settings.failureRate) move(now, 'open', 'failures');
    else if (slow / calls >= settings.slowRate) move(now, 'open', 'slow');
    else if (state === 'half-open') move(now, 'closed', 'recovered');
  }

  return {
    acquire(now) {
      settle(now);
      if (state === 'open') {
        if (now < since + settings.wait) return undefined;
        move(now, 'half-open', 'waited');
      }
      if (state === 'half-open') {
        if (free === 0) return undefined;
        free -= 1;
      }
      return { term };
    },
    record(permit, now, duration, failed) {
      settle(now);
      if (permit.term !== term) return;
      window.add(now, failed, duration > settings.slowOver);
      judge(now);
    },
    release(permit) {
      if (permit.term === term && state === 'half-open') free += 1;
    },
    state(now) {
      settle(now);
      return state;
    },
    waits(now) {
      settle(now);
      if (state === 'open') return Math.max(0, since + settings.wait - now);
      if (state !== 'half-open' || free > 0) return 0;
      return settings.probeWait === 0 ? settings.wait : Math.max(0, since + settings.probeWait - now);
    },
  };
}
