import type { Scalar } from 'yaml';

/**
 * Where in the file each character of a YAML text stands: offsets of the source by index of the value, one more for its end. Works for
 * plain, quoted and block scalars by walking value and source side by side: escapes are read, folded line ends and indentation
 * skipped. White space inside a folded text may be off by a few columns; every other character is exact.
 */
export function scalarOffsets(source: string, node: Scalar, value: string): readonly number[] {
  const [start, end] = node.range ?? [0, 0];
  const quote = node.type === 'QUOTE_DOUBLE' ? '"' : node.type === 'QUOTE_SINGLE' ? "'" : undefined;
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  let at = quote === undefined ? (block ? afterHeader(source, start) : start) : start + 1;
  const offsets: number[] = [];
  for (let index = 0; index < value.length; ) {
    const unit = value.charAt(index);
    // Folding leaves white space of the source without a counterpart, in double quotes also as escapes: the next character finds its place again.
    if (!isSpace(unit)) while (at < end && spaceAt(source, at, quote) > 0) at += spaceAt(source, at, quote);
    const read = readUnits(source, at, quote);
    for (let unitOf = 0; unitOf < read.units; unitOf++) offsets.push(Math.min(at, end));
    index += read.units;
    at += !isSpace(unit) || isSpace(source.charAt(at)) || read.length > 1 ? read.length : 0;
  }
  offsets.length = value.length;
  offsets.push(Math.min(at, end));
  return offsets;
}

/** How many characters of the source make the next units of the value. */
function readUnits(source: string, at: number, quote: string | undefined): { length: number; units: number } {
  if (quote === "'" && source.startsWith("''", at)) return { length: 2, units: 1 };
  if (quote !== '"' || source.charAt(at) !== '\\') return { length: 1, units: 1 };
  switch (source.charAt(at + 1)) {
    case 'x':
      return { length: 4, units: 1 };
    case 'u':
      return { length: 6, units: 1 };
    case 'U': {
      const astral = Number.parseInt(source.slice(at + 2, at + 10), 16) > 0xffff;
      return { length: 10, units: astral ? 2 : 1 };
    }
    default:
      return { length: 2, units: 1 };
  }
}

/** The start of a block scalar's first line: behind `|-` or `>2` and a comment. */
function afterHeader(source: string, start: number): number {
  const end = source.indexOf('\n', start);
  return end < 0 ? source.length : end + 1;
}

/** The length of the white space at an offset: of one character or escape; 0 if there is none. */
function spaceAt(source: string, at: number, quote: string | undefined): number {
  if (isSpace(source.charAt(at))) return 1;
  return quote === '"' && source.charAt(at) === '\\' && /[\sntr]/.test(source.charAt(at + 1)) ? 2 : 0;
}

function isSpace(unit: string): boolean {
  return unit === ' ' || unit === '\n' || unit === '\t' || unit === '\r';
}
