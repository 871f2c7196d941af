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
  const parser = createSnapshotParser();
  parser.push(text);
  return parser.end();
}

/** Reads the text of a snapshot piece by piece, so that megabytes take no long turn. */
export interface SnapshotParser {
  /** The next piece of the text, cut wherever it was. */
  push(text: string): void;
  /** What the pieces say together; undefined as of {@link parseSnapshot}. */
  end(): Encoded | undefined;
}

const BEGINNING = `${FORMAT}\n`;
const LONGEST_LINE = 100;

export function createSnapshotParser(): SnapshotParser {
  const chunks = new Map<string, string>();
  const blobs = new Map<string, string>();
  let manifest: string | undefined;
  let digest = '';
  let rest = '';
  let begun = false;
  let failed = false;
  /** The part whose text has not come whole. */
  let open: { readonly kind: string; readonly name: string; readonly length: number } | undefined;

  function close(kind: string, name: string, body: string): void {
    if (kind === 'chunk') chunks.set(name, body);
    else if (kind === 'blob') blobs.set(name, body);
    else if (manifest !== undefined) failed = true;
    else {
      manifest = body;
      digest = name;
    }
  }

  /** Where in `rest` reading has come to, when no more can be read of it. */
  function read(): number {
    let at = 0;
    if (!begun) {
      if (rest.length < BEGINNING.length) return 0;
      failed = !rest.startsWith(BEGINNING);
      begun = true;
      at = BEGINNING.length;
    }
    while (!failed) {
      if (open === undefined) {
        const end = rest.indexOf('\n', at);
        if (end < 0) {
          failed = rest.length - at > LONGEST_LINE;
          return at;
        }
        const match = /^(manifest|chunk|blob) ([0-9a-f]{1,64}) (\d{1,10})$/.exec(rest.slice(at, end));
        const [, kind = '', name = '', digits] = match ?? [];
        if (match === null) failed = true;
        else open = { kind, name, length: Number(digits) };
        at = end + 1;
      } else if (rest.length - at >= open.length) {
        close(open.kind, open.name, rest.slice(at, at + open.length));
        at += open.length;
        open = undefined;
      } else return at;
    }
    return at;
  }

  return {
    push(text) {
      if (failed) return;
      rest += text;
      rest = rest.slice(read());
    },
    end() {
      const whole = begun && !failed && open === undefined && rest === '';
      return whole && manifest !== undefined ? { manifest, digest, chunks, blobs } : undefined;
    },
  };
}
