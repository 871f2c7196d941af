import type { Delta } from './delta.ts';
import type { Encoded, Sha256 } from './entry.ts';
import type { Head } from './head.ts';

/** Why a delta is refused. After DUPLICATE nothing is to do; after any other the receiver resynchronises. */
export type DeltaRefusal = 'LINEAGE' | 'OUT_OF_ORDER' | 'DUPLICATE' | 'DIGEST' | 'MALFORMED' | 'FORMAT';

export type Applied =
  | { readonly ok: true; readonly encoded: Encoded }
  | { readonly ok: false; readonly code: DeltaRefusal; readonly message: string };

/** Applies a delta as it came from outside to the bytes at a head. Rehashes only what it touches; nothing is half applied, nothing is thrown. */
export function applyDelta(_encoded: Encoded, _at: Head, _delta: Delta, _sha256: Sha256): Applied {
  throw new Error('being written');
}
