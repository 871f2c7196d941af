/**
 * Milliseconds to wait before try number `attempt` (0 is the first repetition): uniform in [0, min(cap, base · 2^attempt)),
 * which spreads a crowd that was cut off at once over the whole interval ("full jitter", Brooker 2015, AWS Architecture Blog).
 */
export function fullJitter(attempt: number, random: number, base = 500, cap = 30_000): number {
  return Math.floor(random * Math.min(cap, base * 2 ** Math.min(attempt, 30)));
}
