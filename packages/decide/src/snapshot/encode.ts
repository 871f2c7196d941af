import type { Encoded, Entry, Sha256 } from './entry.ts';

/** Writes the entries of one environment. Order does not matter; two entries of one key are a broken invariant and throw. */
export function encodeSnapshot(_entries: Iterable<Entry>, _sha256: Sha256): Encoded {
  throw new Error('being written');
}

/** The same bytes as encoding everything anew, but only what changed is written and hashed. */
export function patchSnapshot(
  _encoded: Encoded,
  _put: Iterable<Entry>,
  _remove: Iterable<string>,
  _sha256: Sha256,
): Encoded {
  throw new Error('being written');
}
