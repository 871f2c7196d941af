import { type Token, tokensOf } from './tokens.ts';

/** What a comparison of an attribute with literals says: it is one of them, or none of them. Literals as {@link literalKey} writes them. */
export interface Fact {
  readonly attribute: string;
  readonly among: boolean;
  readonly literals: ReadonlySet<string>;
  /** The tokens of the literals. */
  readonly tokens: readonly Token[];
}

/** The logical frame of a condition, down to what is no `&&` or `||`. */
export type Formula =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Formula[] }
  | { readonly kind: 'atom'; readonly text: string; readonly fact: Fact | undefined };

/** Reads the frame of a condition that type-checks. Never throws; what it cannot read is an atom. */
export function formulaOf(condition: string): Formula {
  return frame(tokensOf(condition), 0);
}

const deepest = 100;

function frame(tokens: readonly Token[], depth: number): Formula {
  const inner = withoutParentheses(tokens);
  const joined = depth > deepest ? undefined : jointsOf(inner);
  if (joined === undefined) {
    return { kind: 'atom', text: inner.map(textOf).join(' '), fact: factOf(inner) };
  }
  const [first = 0, ...rest] = joined.at;
  const parts = [inner.slice(0, first), ...joined.at.map((at, index) => inner.slice(at + 1, rest[index]))];
  return { kind: joined.kind, parts: parts.map((part) => frame(part, depth + 1)) };
}

/** Where the operator that binds least stands outside all parentheses; undefined where that is `?`, or neither `||` nor `&&`. */
function jointsOf(
  tokens: readonly Token[],
): { readonly kind: 'and' | 'or'; readonly at: readonly number[] } | undefined {
  const [or, and]: [number[], number[]] = [[], []];
  let depth = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== 'mark') continue;
    const { text } = token;
    if ('([{'.includes(text)) depth++;
    else if (')]}'.includes(text)) depth--;
    else if (depth > 0) continue;
    else if (text === '?') return undefined;
    else if (text === '||') or.push(index);
    else if (text === '&&') and.push(index);
  }
  if (or.length > 0) return { kind: 'or', at: or };
  return and.length > 0 ? { kind: 'and', at: and } : undefined;
}

function textOf(token: Token): string {
  return token.value === undefined ? token.text : JSON.stringify(token.value);
}

function depthsOf(tokens: readonly Token[]): readonly number[] {
  let depth = 0;
  return tokens.map(({ kind, text }) => {
    if (kind !== 'mark') return depth;
    if ('([{'.includes(text)) return depth++;
    return ')]}'.includes(text) ? --depth : depth;
  });
}

function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens;
  while (inner[0]?.text === '(' && inner[0].kind === 'mark') {
    const depths = depthsOf(inner);
    // The parenthesis that closes the first one must be the last token.
    if (depths.indexOf(0, 1) !== inner.length - 1) break;
    inner = inner.slice(1, -1);
  }
  return inner;
}

/** `a.b == "x"`, `"x" == a.b`, `a.b != "x"`, `a.b in ["x", "y"]`. */
function factOf(tokens: readonly Token[]): Fact | undefined {
  const at = tokens.findIndex(
    ({ text, kind }) => (kind === 'mark' && /^[=!]=$/.test(text)) || (kind === 'word' && text === 'in'),
  );
  if (at < 0) return undefined;
  const left = tokens.slice(0, at);
  const right = tokens.slice(at + 1);
  const operator = tokens[at]?.text;
  if (operator === 'in') {
    const attribute = pathOf(left);
    const literals = listOf(right);
    return attribute === undefined || literals === undefined ? undefined : fact(attribute, true, literals);
  }
  const swapped = pathOf(left) === undefined;
  const attribute = pathOf(swapped ? right : left);
  const literal = swapped ? left : right;
  if (attribute === undefined || literal.length !== 1) return undefined;
  return fact(attribute, operator === '==', literal);
}

function fact(attribute: string, among: boolean, tokens: readonly Token[]): Fact | undefined {
  const keys = tokens.map(literalKey);
  const literals = new Set(keys.filter((key) => key !== undefined));
  return keys.includes(undefined) ? undefined : { attribute, among, literals, tokens };
}

/** `user.tier`: words joined by dots, nothing else. */
export function pathOf(tokens: readonly Token[]): string | undefined {
  const path = tokens.every(({ kind, text }, index) =>
    index % 2 === 0 ? kind === 'word' && text !== 'true' && text !== 'false' : text === '.',
  );
  return path && tokens.length % 2 === 1 ? tokens.map(({ text }) => text).join('') : undefined;
}

function listOf(tokens: readonly Token[]): readonly Token[] | undefined {
  if (tokens[0]?.text !== '[' || tokens.at(-1)?.text !== ']') return undefined;
  const items = tokens.slice(1, -1);
  if (items.length === 0) return [];
  const alternate = items.every(({ text, kind }, index) =>
    index % 2 === 1 ? text === ',' && kind === 'mark' : kind !== 'mark',
  );
  return alternate ? items.filter((_, index) => index % 2 === 0) : undefined;
}

/** Equal for literals that CEL calls equal: `1`, `1.0` and `1u` are. Undefined for what is no literal or not exact here. */
function literalKey(token: Token): string | undefined {
  if (token.kind === 'string') return token.value === undefined ? undefined : `s${token.value}`;
  if (token.kind === 'number') {
    const number = Number(token.text.replace(/[uU]$/, ''));
    return Number.isFinite(number) && (Number.isSafeInteger(number) || !Number.isInteger(number))
      ? `n${number}`
      : undefined;
  }
  return token.text === 'true' || token.text === 'false' ? `b${token.text}` : undefined;
}

/** Whether `later` being true proves `earlier` true. False where that is not seen. Holds with CEL's errors, since only truth is spoken of. */
export function implies(later: Formula, earlier: Formula): boolean {
  if (later.kind === 'or') return later.parts.every((part) => implies(part, earlier));
  if (earlier.kind === 'and') return earlier.parts.every((part) => implies(later, part));
  if (earlier.kind === 'or' && earlier.parts.some((part) => implies(later, part))) return true;
  if (later.kind === 'and') return later.parts.some((part) => implies(part, earlier));
  if (earlier.kind === 'or' || later.kind !== 'atom' || earlier.kind !== 'atom') return false;
  return (
    later.text === earlier.text ||
    (later.fact !== undefined && earlier.fact !== undefined && stronger(later.fact, earlier.fact))
  );
}

function stronger(later: Fact, earlier: Fact): boolean {
  if (later.attribute !== earlier.attribute || later.among !== earlier.among) return false;
  const [inner, outer] = later.among
    ? [later.literals, earlier.literals]
    : [earlier.literals, later.literals];
  return [...inner].every((literal) => outer.has(literal));
}

/** Why a condition can never be true, where two of its parts contradict each other. */
export function contradiction(formula: Formula): string | undefined {
  if (formula.kind === 'or') {
    const reasons = formula.parts.map(contradiction);
    return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
  }
  if (formula.kind === 'atom') {
    return formula.fact?.among === true && formula.fact.literals.size === 0 ? 'the list is empty' : undefined;
  }
  const parts = formula.parts.flatMap((part) => (part.kind === 'and' ? part.parts : [part]));
  for (const part of parts) {
    const inside = contradiction(part);
    if (inside !== undefined) return inside;
  }
  const facts = parts
    .map((part) => (part.kind === 'atom' ? part.fact : undefined))
    .filter((one) => one !== undefined);
  for (const [index, one] of facts.entries()) {
    const other = facts.slice(index + 1).find((next) => disjoint(one, next));
    if (other !== undefined) return `${one.attribute} cannot be both ${saying(one)} and ${saying(other)}`;
  }
  return undefined;
}

function disjoint(one: Fact, other: Fact): boolean {
  if (one.attribute !== other.attribute) return false;
  if (one.among && other.among) return [...one.literals].every((literal) => !other.literals.has(literal));
  if (one.among === other.among) return false;
  const [among, not] = one.among ? [one, other] : [other, one];
  return [...among.literals].every((literal) => not.literals.has(literal));
}

function saying({ among, tokens }: Fact): string {
  const literals = tokens.map(({ text }) => text).join(' or ');
  return among ? literals : `other than ${literals}`;
}
