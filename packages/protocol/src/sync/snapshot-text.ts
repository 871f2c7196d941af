import type { Encoded } from '@ombre/decide';

const FORMAT = 'ombre-snapshot 1';

/**
 * A full snapshot as one text: a line naming the format, then parts, each a line `kind name length` (length in UTF-16 units) and that
 * much text. Lengths, not escapes, so that a receiver slices megabytes without parsing them.
 */
export function formatSnapshot(encoded: Encoded): string {
  const parts = [`${FORMAT}\n`, part('manifest', encoded.digest, encoded.manifest)];
  for (const [name, text] of encoded.chunks) parts.push(part('chunk', name, text));
  for (const [name, text] of encoded.blobs) parts.push(part('blob', name, text));
  return parts.join('');
}

function part(kind: string, name: string, text: string): string {
  return `${kind} ${name} ${text.length}\n${text}`;
}

/** Undefined where the text is not of this format. Nothing is verified: rehash before use. */
export function parseSnapshot(text: string): Encoded | undefined {
  let at = text.indexOf('\n') + 1;
  if (text.slice(0, at) !== `${FORMAT}\n`) return undefined;
  let manifest: string | undefined;
  let digest = '';
  const chunks = new Map<string, string>();
  const blobs = new Map<string, string>();
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const match = /^(manifest|chunk|blob) ([0-9a-f]{1,64}) (\d{1,10})$/.exec(
      text.slice(at, end < 0 ? at : end),
    );
    if (match === null) return undefined;
    const [, kind, name = '', digits] = match;
    at = end + 1 + Number(digits);
    if (at > text.length) return undefined;
    const body = text.slice(end + 1, at);
    if (kind === 'chunk') chunks.set(name, body);
    else if (kind === 'blob') blobs.set(name, body);
    else if (manifest !== undefined) return undefined;
    else {
      manifest = body;
      digest = name;
    }
  }
  return manifest === undefined ? undefined : { manifest, digest, chunks, blobs };
}
