import type { Encoded, Entry } from './entry.ts';

/** The entries in order of their keys, id lists whole. Throws on bytes that no encoder wrote: verify what came from outside first. */
export function decodeEntries(_encoded: Encoded): Entry[] {
  throw new Error('being written');
}
