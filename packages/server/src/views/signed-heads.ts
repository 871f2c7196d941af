import { type Head, headPayload, type SignedHead } from '@ombre/decide';
import type { Signer } from '../commands/commit.ts';

/** How long a signed head may be the first thing a receiver without state believes. */
const LIFETIME = 24 * 60 * 60 * 1000;

/** Signs heads: one signature serves all who ask until the head or the key changes, or half its lifetime has passed. */
export function signedHeads(signer: () => Signer, now: () => number): (head: Head) => SignedHead {
  const latest = new Map<string, SignedHead>();
  return (head) => {
    const { key, sign } = signer();
    const issued = now();
    const known = latest.get(head.environment);
    if (
      known?.head.digest === head.digest &&
      known.head.revision === head.revision &&
      known.head.lineage === head.lineage &&
      known.key === key &&
      issued >= known.issued &&
      issued < known.issued + LIFETIME / 2
    ) {
      return known;
    }
    const expires = issued + LIFETIME;
    const signed = { head, issued, expires, key, signature: sign(headPayload(head, issued, expires)) };
    latest.set(head.environment, signed);
    return signed;
  };
}
