import { decodeEntries, type Encoded } from '@ombre/decide';
import { type Keyring, openKeyring } from '../receiver/keyring.ts';
import { sha256 } from '../sha256.ts';

const ENTRY = 'BreakGlass/key';
const known = new WeakMap<Encoded, Keyring | undefined>();

/** The break-glass key that a snapshot carries; undefined where it carries none that can be read. Verify the snapshot first. */
export function glassKeyOf(encoded: Encoded): Keyring | undefined {
  if (!known.has(encoded)) known.set(encoded, read(encoded));
  return known.get(encoded);
}

function read(encoded: Encoded): Keyring | undefined {
  const id = sha256(ENTRY).slice(0, 2);
  const chunk = encoded.chunks.get(id);
  if (chunk === undefined || !chunk.includes(`${ENTRY}\t`)) return undefined;
  try {
    const entries = decodeEntries({ ...encoded, chunks: new Map([[id, chunk]]) });
    const body = entries.find(({ kind, name }) => `${kind}/${name}` === ENTRY)?.body;
    const { key } = body as { readonly key?: unknown };
    return typeof key === 'string' ? openKeyring([key]) : undefined;
  } catch {
    return undefined;
  }
}
