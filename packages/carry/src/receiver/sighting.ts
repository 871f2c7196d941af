import type { Head } from '@ombre/decide';
import type { ProblemCode } from '../problem.ts';
import type { Announced } from '../source.ts';

/** An announced head after its signatures were checked. */
export interface Sighting {
  readonly announced: Announced;
  /** `unchecked`: no key was given, or the source is this process itself. */
  readonly trust: 'trusted' | 'unchecked' | 'KEY_UNTRUSTED' | 'SIGNATURE_INVALID';
  readonly expired: boolean;
  /** Lineages that trusted succession records lead from to this head's. */
  readonly succeeds: readonly string[];
}

export type Verdict =
  | { readonly ok: true; readonly relation: 'current' | 'newer' | 'lineage' }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail: string };

/** A head in a word: `lineage:revision`. */
export function headText(head: { readonly lineage: string; readonly revision: number }): string {
  return `${head.lineage}:${head.revision}`;
}

export function sameHead(a: Head | undefined, b: Head | undefined): boolean {
  return (
    a?.digest === b?.digest &&
    a?.revision === b?.revision &&
    a?.lineage === b?.lineage &&
    a?.environment === b?.environment
  );
}

/**
 * Whether a receiver that is `at` one head, and has seen none above `seen`, may follow the one it sights. Age counts
 * only for a receiver that has nothing: it could not tell a replayed head from the newest.
 */
export function judge(
  sighting: Sighting,
  at: Head | undefined,
  seen: Head | undefined,
  environment?: string,
): Verdict {
  const { head, key } = sighting.announced.signed;
  if (sighting.trust === 'KEY_UNTRUSTED')
    return refuse('KEY_UNTRUSTED', `${headText(head)} is signed by ${key}`);
  if (sighting.trust === 'SIGNATURE_INVALID') return refuse('SIGNATURE_INVALID', headText(head));
  const expected = seen?.environment ?? environment ?? head.environment;
  if (head.environment !== expected)
    return refuse('ENVIRONMENT', `${head.environment} instead of ${expected}`);
  if (seen === undefined) {
    return sighting.expired ? refuse('EXPIRED', headText(head)) : { ok: true, relation: 'lineage' };
  }
  if (head.lineage !== seen.lineage) {
    const known = sighting.trust === 'unchecked' || sighting.succeeds.includes(seen.lineage);
    return known
      ? { ok: true, relation: 'lineage' }
      : refuse('LINEAGE', `${headText(head)} after ${headText(seen)}`);
  }
  if (head.revision < seen.revision) return refuse('BEHIND', `${headText(head)} after ${headText(seen)}`);
  if (head.revision === seen.revision && head.digest !== seen.digest) {
    return refuse(
      'FORKED',
      `${headText(head)} is ${head.digest.slice(0, 12)}, was ${seen.digest.slice(0, 12)}`,
    );
  }
  return { ok: true, relation: sameHead(head, at) ? 'current' : 'newer' };
}

function refuse(code: ProblemCode, detail: string): Verdict {
  return { ok: false, code, detail };
}
