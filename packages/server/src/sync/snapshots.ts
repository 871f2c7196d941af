import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Encoded } from '@ombre/decide';
import { formatSnapshot } from '@ombre/protocol';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Texts of full snapshots, compressed once each. */
export interface SnapshotTexts {
  /** gzip of the text; made at the first call for a digest. */
  gzipped(encoded: Encoded): Promise<Buffer>;
  /** For the rare client that cannot expand. */
  plain(encoded: Encoded): Promise<Buffer>;
}

/** Keeps the last `kept` texts: a thousand receivers that resynchronise ask for the same one. */
export function createSnapshotTexts(kept = 4): SnapshotTexts {
  const texts = new Map<string, Promise<Buffer>>();

  function gzipped(encoded: Encoded): Promise<Buffer> {
    const known = texts.get(encoded.digest);
    if (known !== undefined) return known;
    const made = compress(formatSnapshot(encoded), { level: 6 });
    texts.set(encoded.digest, made);
    const oldest = texts.keys().next().value;
    if (texts.size > kept && oldest !== undefined) texts.delete(oldest);
    return made;
  }

  return { gzipped, plain: async (encoded) => expand(await gzipped(encoded)) };
}
