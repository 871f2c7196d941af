/** A token of CEL. `value` is the text a string literal stands for, where that is plain. */
export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'mark';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly value?: string;
}

const pattern =
  /\s+|\/\/[^\n]*|([bB]?[rR]?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|[rR][bB]?(?:"[^"\n]*"|'[^'\n]*'))|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[uU]?|0[xX][0-9a-fA-F]+[uU]?)|([A-Za-z_][A-Za-z0-9_]*|`[^`]*`)|(&&|\|\||[=!<>]=|[^\s])/gy;

/** Splits a condition into tokens. What CEL would refuse gives some tokens too: the checker has spoken of it already. */
export function tokensOf(condition: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of condition.matchAll(pattern)) {
    const [text, string, number, word, mark] = match;
    const kind = string ? 'string' : number ? 'number' : word ? 'word' : mark ? 'mark' : undefined;
    if (kind === undefined) continue;
    const value = kind === 'string' ? plainText(text) : undefined;
    const token = { kind, text, start: match.index, end: match.index + text.length } as const;
    tokens.push(value === undefined ? token : { ...token, value });
  }
  return tokens;
}

/** The text of a literal without escapes other than of quotes and backslashes, or of a raw one; undefined for all others. */
function plainText(literal: string): string | undefined {
  const match = /^([rR]?)("""|'''|"|')([\s\S]*)\2$/.exec(literal);
  if (match === null) return undefined;
  const [, raw, , inner = ''] = match;
  if (raw !== '') return inner;
  return /\\[^\\"']/.test(inner) ? undefined : inner.replaceAll(/\\(.)/g, '$1');
}
