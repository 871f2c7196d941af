import type { Encoded, Sha256 } from './entry.ts';

export type Verified =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'DIGEST' | 'MALFORMED' | 'FORMAT'; readonly message: string };

/** Rehashes everything: manifest, chunks, blobs. Never throws, whatever the bytes. */
export function verifyEncoded(encoded: Encoded, sha256: Sha256): Verified {
  const steps = verifyInSteps(encoded, sha256);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, pausing after each chunk and blob, for those who must not block. */
export function* verifyInSteps(_encoded: Encoded, _sha256: Sha256): Generator<undefined, Verified> {
  throw new Error('being written');
}
