/** Uniform in [0, 1). */
export type Random = () => number;

/** Mulberry32 (Tommy Ettinger, public domain): small, and the same for a seed everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of some things, each by its weight; the last where all weigh nothing. */
export function drawFrom<T>(weighted: readonly (readonly [T, number])[], random: Random): T {
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random() * total;
  for (const [thing, weight] of weighted) {
    left -= weight;
    if (left < 0) return thing;
  }
  return (weighted.at(-1) as readonly [T, number])[0];
}

/**
 * True for `share` of the calls, one in each run of 1/share calls, at a place of its own: after n calls it was true n × share times, give
 * or take two, whatever the luck of a short run.
 */
export function evenly(share: number, random: Random): () => boolean {
  let calls = 0;
  let runs = 0;
  let next = random() / share;
  let owed = 0;
  return () => {
    for (calls += 1; next < calls; next = (runs + random()) / share) {
      owed += 1;
      runs += 1;
    }
    if (owed === 0) return false;
    owed -= 1;
    return true;
  };
}

/** Two of them make a normal deviate (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
