/** One thing to balance over. */
export interface Weighted {
  readonly weight: number;
}

/**
 * Smooth weighted round robin (nginx, `ngx_http_upstream_round_robin`): in any row of picks each gets its part of the weights to
 * within one, and never two bursts of one where they can alternate. Deterministic. Weight 0 is never picked.
 */
export interface Balancer<T extends Weighted> {
  readonly all: readonly T[];
  /** The next among those that `usable` admits; undefined where none is. */
  pick(usable: (one: T) => boolean): T | undefined;
}

export function createBalancer<T extends Weighted>(all: readonly T[]): Balancer<T> {
  const credit = new Map(all.map((one) => [one, 0]));
  return {
    all,
    pick(usable) {
      let total = 0;
      let best: T | undefined;
      let most = Number.NEGATIVE_INFINITY;
      for (const one of all) {
        if (one.weight <= 0 || !usable(one)) continue;
        total += one.weight;
        const mine = (credit.get(one) ?? 0) + one.weight;
        credit.set(one, mine);
        if (mine > most) {
          most = mine;
          best = one;
        }
      }
      if (best !== undefined) credit.set(best, most - total);
      return best;
    },
  };
}
