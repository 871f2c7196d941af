/** Time as a receiver needs it, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Calls once after so many milliseconds; the answer cancels. Longer waits than a timer holds may call early. */
  after(milliseconds: number, call: () => void): () => void;
}

/** The longest wait of a timer in Node: 2³¹ − 1 ms, about 25 days. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, Math.min(Math.max(milliseconds, 0), LONGEST));
    return () => clearTimeout(timer);
  },
};
