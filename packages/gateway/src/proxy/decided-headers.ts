import type { Outcome } from '@ombre/decide';

/** Headers between gateway and services that say what was decided, as name, value …. */
export type DecidedHeaders = (
  outcome: Outcome | undefined,
  revision: number | undefined,
) => readonly string[];

/** Makes them once per outcome and revision: outcomes are few and shared. */
export function createDecidedHeaders(): DecidedHeaders {
  let known = new WeakMap<Outcome, readonly string[]>();
  let of: number | undefined;
  return (outcome, revision) => {
    if (revision !== of) {
      known = new WeakMap();
      of = revision;
    }
    const before = outcome && known.get(outcome);
    if (before !== undefined) return before;
    const headers: string[] = [];
    if (outcome?.variant !== undefined) headers.push('ombre-variant', outcome.variant);
    if (revision !== undefined) headers.push('ombre-revision', String(revision));
    if (outcome !== undefined) known.set(outcome, headers);
    return headers;
  };
}
