import type { Enricher } from '@ombre/decide';
import {
  type DeveloperClaim,
  developerPayload,
  LONGEST_DEVELOPER_TOKEN,
  readDeveloperToken,
} from '@ombre/protocol';

export interface DeveloperParts {
  /** `project/environment` that tokens are for; undefined while it is not known: none is accepted. */
  readonly environment: () => string | undefined;
  /** Whether a key that is trusted now signed the text. False where nothing can be verified. */
  readonly isTrusted: (text: string, key: string, signature: string) => boolean;
  /** Whose machine this process runs on: every context is theirs. */
  readonly local?: string | undefined;
}

/** Milliseconds for which a signature is not checked again: a key that is no longer trusted ends its tokens within these. */
const REMEMBERED = 10_000;
const MOST_REMEMBERED = 256;

interface Checked {
  readonly at: number;
  /** Absent: the token is of no use here. */
  readonly claim?: DeveloperClaim;
}

/**
 * Derives `developer.id`, the level of a ladder that only developers are on: from the process, where it runs on a developer's machine, else
 * from the signed token in the given attribute `developer.token`. A name alone says nothing: what a caller gives as `developer.id` is
 * discarded, as of every derived attribute. Whoever is no developer has none.
 */
export function developerEnricher({ environment, isTrusted, local }: DeveloperParts): Enricher {
  const known = new Map<string, Checked>();
  const derived = local === undefined ? undefined : { 'developer.id': local };
  const nobody = {};

  function check(token: string, now: number): Checked {
    const { claim, key = '', signature = '' } = readDeveloperToken(token) ?? {};
    const valid =
      claim !== undefined &&
      claim.environment === environment() &&
      claim.expires - claim.issued <= LONGEST_DEVELOPER_TOKEN &&
      isTrusted(developerPayload(claim, key), key, signature);
    return valid ? { at: now, claim } : { at: now };
  }

  return {
    name: 'developer',
    derive(read, now) {
      if (derived !== undefined) return derived;
      const token = read('developer.token');
      if (typeof token !== 'string' || token === '') return nobody;
      let checked = known.get(token);
      if (checked === undefined || !(now - checked.at < REMEMBERED && now >= checked.at)) {
        if (known.size >= MOST_REMEMBERED) known.clear();
        checked = check(token, now);
        known.set(token, checked);
      }
      const { claim } = checked;
      return claim !== undefined && now < claim.expires ? { 'developer.id': claim.developer } : nobody;
    },
  };
}
