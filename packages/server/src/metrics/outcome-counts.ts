import type { Outcome } from '@ombre/decide';

/** How often one outcome was answered. The hot path only adds to `pending`. */
export interface OutcomeCount {
  readonly flag: string;
  readonly rule: string;
  readonly variant: string;
  readonly reason: string;
  pending: number;
  total: number;
}

/** How often a rule was tried and did not serve. */
export interface Miss {
  readonly flag: string;
  readonly rule: string;
  total: number;
}

/** Counts of one environment's decisions, by flag, rule, variant and reason; bounded, so that no author can fill a metrics store. */
export interface OutcomeCounts {
  /** The counter of an outcome; past the bound, the one for all others. */
  of(outcome: Outcome): OutcomeCount;
  /**
   * Moves what is pending into the totals and counts the rules passed over: of a flag whose rules are [a, b, c], an outcome of c is a
   * miss of a and b, one of no rule a miss of all, and one that came before the rules (kill, validity, target …) of none.
   */
  fold(rulesOf: (flag: string) => readonly string[]): void;
  hits(): Iterable<OutcomeCount>;
  misses(): Iterable<Miss>;
}

const BEFORE_RULES = new Set(['kill', 'validity', 'prerequisite', 'target', 'error']);

export function createOutcomeCounts(limit = 10_000): OutcomeCounts {
  const hits = new Map<string, OutcomeCount>();
  const misses = new Map<string, Miss>();
  const others: OutcomeCount = { flag: '(other)', rule: '', variant: '', reason: '', pending: 0, total: 0 };

  function miss(flag: string, rule: string): Miss | undefined {
    const key = `${flag}\n${rule}`;
    const known = misses.get(key);
    if (known !== undefined || misses.size >= limit) return known;
    const made = { flag, rule, total: 0 };
    misses.set(key, made);
    return made;
  }

  return {
    of(outcome) {
      const { flag, rule = '', variant = '' } = outcome;
      const reason = outcome.error ?? outcome.reason;
      const key = `${flag}\n${rule}\n${variant}\n${reason}`;
      const known = hits.get(key);
      if (known !== undefined) return known;
      if (hits.size >= limit) return others;
      const made: OutcomeCount = { flag, rule, variant, reason, pending: 0, total: 0 };
      hits.set(key, made);
      return made;
    },
    fold(rulesOf) {
      for (const count of hits.values()) {
        const { pending } = count;
        if (pending === 0) continue;
        count.total += pending;
        count.pending = 0;
        if (BEFORE_RULES.has(count.reason)) continue;
        const rules = rulesOf(count.flag);
        // A rule that is gone since it served has no order among those that are there.
        const passedOver = count.rule === '' ? rules : rules.slice(0, Math.max(0, rules.indexOf(count.rule)));
        for (const rule of passedOver) {
          const passed = miss(count.flag, rule);
          if (passed !== undefined) passed.total += pending;
        }
      }
      others.total += others.pending;
      others.pending = 0;
    },
    *hits() {
      yield* hits.values();
      if (others.total > 0) yield others;
    },
    misses: () => misses.values(),
  };
}
