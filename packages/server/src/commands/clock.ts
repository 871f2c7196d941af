/** Time as an argument. Order is the revision; these are information. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Nanoseconds since 1970 as decimal text; never less than the call before said. */
  nanos(): string;
}

/** The machine's clock. Nanoseconds are the wall clock's milliseconds and, within one, the monotonic clock's remainder. */
export function systemClock(): Clock {
  let last = 0n;
  return {
    now: () => Date.now(),
    nanos: () => {
      const wall = BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
      last = wall > last ? wall : last + 1n;
      return String(last);
    },
  };
}
