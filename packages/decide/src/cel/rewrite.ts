import { structureLimits } from './limits.ts';
import { utf8 } from './utf8.ts';
import type { CelValue } from './value.ts';

/** A source the library can read, of the same length so that positions stay true, and what was hidden from it. */
export interface Rewritten {
  readonly text: string;
  /** Field names written in backticks, by position. */
  readonly quoted: ReadonlyMap<number, string>;
  /** Positions of names that had a leading dot. */
  readonly rooted: ReadonlySet<number>;
  /** Positions of the `?` of optional elements and entries, ascending. */
  readonly optional: readonly number[];
  /** Literals the library misreads, by position: bytes, raw strings, numbers without leading digit. */
  readonly literals: ReadonlyMap<number, CelValue>;
}

export interface RewriteIssue {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Signs, literals and names that the library lacks or misreads, outside of texts or in them. */
const unusual = /[`?\f]|(?<![\w"'])(?:[bB][rR]?|[rR])["']|iterVar/;
const longUnaryRun = /[!-](?:\s*[!-]){99}/;

/** Most rules need no more than this look. */
function isUsual(source: string): boolean {
  if (unusual.test(source) || longUnaryRun.test(source)) return false;
  for (let dot = source.indexOf('.'); dot >= 0; dot = source.indexOf('.', dot + 1)) {
    let at = dot - 1;
    while (at >= 0 && /\s/.test(source.charAt(at))) at--;
    if (!/[\w"')\]}]/.test(source.charAt(at))) return false;
    if (/(?:^|\W)in$/.test(source.slice(Math.max(0, at - 2), at + 1))) return false;
  }
  return true;
}

const quotes = `'''[^]*?'''|"""[^]*?"""|'[^'\\n\\r]*'|"[^"\\n\\r]*"`;
const escaped = `'''(?:[^\\\\]|\\\\[^])*?'''|"""(?:[^\\\\]|\\\\[^])*?"""|'(?:[^'\\\\\\n\\r]|\\\\[^])*'|"(?:[^"\\\\\\n\\r]|\\\\[^])*"`;
const token = new RegExp(
  [
    '(?<space>[ \\t\\r\\n\\f]+|//[^\\n]*)',
    `(?<raw>(?:[bB][rR]|[rR])(?:${quotes}))`,
    `(?<bytes>[bB](?:${escaped}))`,
    `(?<string>${escaped})`,
    '(?<quoted>`[^`\\n]+`)',
    '(?<iteration>cel\\s*\\.\\s*iterVar\\s*\\(\\s*\\d{1,3}\\s*,\\s*\\d{1,3}\\s*\\))',
    '(?<operand>[A-Za-z_]\\w*|0[xX][0-9a-fA-F]+|\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)',
    '(?<fraction>\\.\\d+(?:[eE][+-]?\\d+)?)',
    '(?<sign>[^])',
  ].join('|'),
  'y',
);

/** Rewrites the parts of CEL's grammar that the library's parser lacks or misreads. */
export function rewrite(source: string): Rewritten | RewriteIssue {
  const quoted = new Map<number, string>();
  const rooted = new Set<number>();
  const optional: number[] = [];
  const literals = new Map<number, CelValue>();
  if (isUsual(source)) return { text: source, quoted, rooted, optional, literals };

  let text = '';
  let afterOperand = false;
  let previous = '';
  let pendingRoot = false;
  let unaryRun = 0;
  const brackets: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const start = token.lastIndex;
    const match = token.exec(source);
    const found = match?.[0] ?? '';
    const group = match?.groups ?? {};
    const before = afterOperand;
    if (group.space !== undefined) {
      text += found.replaceAll('\f', ' ');
      continue;
    }
    afterOperand = group.sign === undefined;
    unaryRun = !before && (found === '!' || found === '-') ? unaryRun + 1 : 0;
    if (unaryRun > structureLimits.unaryRun) {
      return {
        message: `More than ${structureLimits.unaryRun} unary operators in a row`,
        start,
        end: start + 1,
      };
    }

    if (group.raw !== undefined || group.bytes !== undefined) {
      const body = literalBody(found);
      const isBytes = /^[bB]/.test(found);
      const value = !isBytes ? body : group.raw !== undefined ? utf8(body) : unescapeBytes(body);
      if (value === undefined)
        return { message: 'Invalid escape in bytes literal', start, end: token.lastIndex };
      literals.set(start, value);
      text += `${isBytes ? 'b' : 'r'}'${'_'.repeat(found.length - 3)}'`;
    } else if (group.quoted !== undefined) {
      if (previous !== '.' && previous !== '?') {
        return {
          message: 'A name in backticks can only be a field, after a dot',
          start,
          end: token.lastIndex,
        };
      }
      quoted.set(start, found.slice(1, -1));
      text += '_'.repeat(found.length);
    } else if (group.iteration !== undefined) {
      text += found.replace(/\W+/g, '_').padEnd(found.length, '_').slice(0, found.length);
    } else if (group.fraction !== undefined && !before) {
      literals.set(start, Number(found));
      text += '0'.repeat(found.length);
    } else if (found === '.' && !before) {
      pendingRoot = true;
      text += ' ';
      continue;
    } else if (found === '?' && /^[[{,]$/.test(previous) && /^[[{]$/.test(brackets.at(-1) ?? '')) {
      optional.push(start);
      text += ' ';
    } else {
      if (found === '[' || found === '{' || found === '(')
        brackets.push(found === '[' && before ? 'index' : found);
      else if (found === ']' || found === '}' || found === ')') brackets.pop();
      afterOperand = afterOperand ? found !== 'in' : /[\])}]/.test(found);
      text += found;
    }
    if (pendingRoot) rooted.add(start);
    pendingRoot = false;
    previous = found;
  }
  return { text, quoted, rooted, optional, literals };
}

function literalBody(literal: string): string {
  const open = literal.search(/["']/);
  const mark = literal.startsWith(literal.charAt(open).repeat(3), open) && literal.length - open >= 6 ? 3 : 1;
  return literal.slice(open + mark, literal.length - mark);
}

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "'": 39,
  '?': 63,
  '\\': 92,
  '`': 96,
};

/** The octets of a bytes literal: escapes are octets, everything else is UTF-8. */
function unescapeBytes(body: string): Uint8Array | undefined {
  const octets: number[] = [];
  const part = /\\x([0-9a-f]{2})|\\([0-3][0-7]{2})|\\([abtnvfr"'?\\`])|(\\)|([^\\]+)/giy;
  while (part.lastIndex < body.length) {
    const [, hex, octal, simple, bad, plain] = part.exec(body) ?? [];
    if (hex !== undefined) octets.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) octets.push(Number.parseInt(octal, 8));
    else if (plain !== undefined) octets.push(...utf8(plain));
    else {
      const octet = simple === undefined ? undefined : simpleEscapes[simple];
      if (bad !== undefined || octet === undefined) return undefined;
      octets.push(octet);
    }
  }
  return Uint8Array.from(octets);
}
