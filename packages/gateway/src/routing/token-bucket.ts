/** Lets through `rate` calls a second on average and at most one second's worth at once. Times are milliseconds that never go back. */
export interface TokenBucket {
  readonly rate: number;
  /** 0: the call may go and has taken its token. Else the milliseconds until one is there. */
  take(now: number): number;
}

export function createTokenBucket(rate: number): TokenBucket {
  const most = Math.max(1, rate);
  let tokens = most;
  let filled: number | undefined;
  return {
    rate,
    take(now) {
      tokens = Math.min(most, tokens + ((now - (filled ?? now)) * rate) / 1000);
      filled = now;
      if (tokens < 1) return ((1 - tokens) * 1000) / rate;
      tokens -= 1;
      return 0;
    },
  };
}
