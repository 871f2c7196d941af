import { type Token, tokensOf } from './tokens.ts';

/** An attribute compared with text, anywhere in a condition. */
export interface Comparison {
  readonly attribute: string;
  readonly literals: readonly Token[];
}

/** `inSegment("beta")`. */
export interface SegmentMention {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Every `path == "text"`, `"text" == path`, `path in ["text", …]` of a condition, also within calls and macros. */
export function comparisonsOf(condition: string): readonly Comparison[] {
  const tokens = tokensOf(condition);
  const found: Comparison[] = [];
  for (let from = 0; from < tokens.length; from++) {
    if (tokens[from]?.kind !== 'word' || tokens[from - 1]?.text === '.') continue;
    let to = from + 1;
    while (tokens[to]?.text === '.' && tokens[to + 1]?.kind === 'word') to += 2;
    if (/^[([.]$/.test(tokens[to]?.text ?? '')) continue;
    const attribute = tokens
      .slice(from, to)
      .map(({ text }) => text)
      .join('');
    const literals = [...literalsAfter(tokens, to), ...literalBefore(tokens, from)];
    if (literals.length > 0) found.push({ attribute, literals });
  }
  return found;
}

function literalsAfter(tokens: readonly Token[], at: number): readonly Token[] {
  const operator = tokens[at]?.text;
  const next = tokens[at + 1];
  if (operator === '==' || operator === '!=') {
    return next?.value !== undefined && !/^[.[+]$/.test(tokens[at + 2]?.text ?? '') ? [next] : [];
  }
  if (operator !== 'in' || next?.text !== '[') return [];
  const end = tokens.findIndex(({ text, kind }, index) => index > at && kind === 'mark' && text === ']');
  const items = tokens.slice(at + 2, end);
  const plain = items.every(({ value, text }, index) =>
    index % 2 === 0 ? value !== undefined : text === ',',
  );
  return end > 0 && plain ? items.filter((_, index) => index % 2 === 0) : [];
}

function literalBefore(tokens: readonly Token[], at: number): readonly Token[] {
  const operator = tokens[at - 1]?.text;
  const literal = tokens[at - 2];
  if ((operator !== '==' && operator !== '!=') || literal?.value === undefined) return [];
  return tokens[at - 3]?.text === '+' ? [] : [literal];
}

/** Every `inSegment("name")` of a condition; the place is that of the name. */
export function segmentsOf(condition: string): readonly SegmentMention[] {
  if (!condition.includes('inSegment')) return [];
  const tokens = tokensOf(condition);
  return tokens.flatMap(({ text, kind }, at) => {
    const name = tokens[at + 2];
    const call = kind === 'word' && text === 'inSegment' && tokens[at + 1]?.text === '(';
    if (!call || name?.value === undefined || tokens[at + 3]?.text !== ')') return [];
    return [{ name: name.value, start: name.start, end: name.end }];
  });
}
