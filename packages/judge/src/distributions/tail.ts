/**
 * One tail of a distribution, whichever could be computed directly: `log` is its logarithm and the other tail follows as
 * the complement without loss, because the direct one is not near 1.
 */
export type Tail = { readonly side: 'lower' | 'upper'; readonly log: number };

/** The probability on the asked side. */
export function probabilityOn(side: Tail['side'], tail: Tail): number {
  return tail.side === side ? Math.exp(tail.log) : -Math.expm1(Math.min(0, tail.log));
}

/** The logarithm of the probability on the asked side; exact beyond the underflow of the probability itself. */
export function logProbabilityOn(side: Tail['side'], tail: Tail): number {
  if (tail.side === side) return Math.min(0, tail.log);
  const log = Math.min(0, tail.log);
  return log > -Math.LN2 ? Math.log(-Math.expm1(log)) : Math.log1p(-Math.exp(log));
}

/**
 * Solves ln tail(eᵘ) = logTarget for u by Newton steps kept inside a bracket. `at(u)` gives the tail at x = eᵘ and the
 * log density of u there.
 */
export function solveLogTail(
  at: (u: number) => { readonly tail: Tail; readonly logDensity: number },
  side: Tail['side'],
  logTarget: number,
  start: number,
): number {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let u = start;
  for (let step = 0; step < 200; step++) {
    const { tail, logDensity } = at(u);
    const logTail = logProbabilityOn(side, tail);
    const excess = logTail - logTarget;
    const tooFar = side === 'lower' ? excess > 0 : excess < 0;
    if (tooFar) high = u;
    else low = u;
    const slope = Math.exp(logDensity - logTail) * (side === 'lower' ? 1 : -1);
    let next = u - excess / slope;
    if (!(next > low && next < high)) next = insideBracket(low, high, u);
    if (Math.abs(next - u) <= 4e-16 * Math.max(1, Math.abs(u))) return next;
    u = next;
  }
  return u;
}

function insideBracket(low: number, high: number, from: number): number {
  if (low === Number.NEGATIVE_INFINITY) return high - 2 - Math.abs(from);
  if (high === Number.POSITIVE_INFINITY) return low + 2 + Math.abs(from);
  return (low + high) / 2;
}
