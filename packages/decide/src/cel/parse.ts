import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import type { BinaryOperator, Span } from './ir.ts';
import { structureLimits } from './limits.ts';
import { type Rewritten, rewrite } from './rewrite.ts';
import type { Syntax } from './syntax.ts';
import { CelUint, type CelValue } from './value.ts';

/** Why a source is not an expression. `expected` and `found` are tokens. */
export interface SyntaxIssue extends Span {
  readonly code: 'syntax' | 'too_long' | 'too_deep';
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
}

export type ParseResult =
  | { readonly ok: true; readonly syntax: Syntax }
  | { readonly ok: false; readonly issue: SyntaxIssue };

const library: Environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  limits: {
    maxAstNodes: structureLimits.source * 4,
    maxDepth: structureLimits.depth,
    maxListElements: structureLimits.source,
    maxMapEntries: structureLimits.source,
    maxCallArguments: structureLimits.source,
  },
});

/**
 * Parses a source of at most 4,096 units in bounded time and depth; never throws. This file alone knows the library that does it, which
 * reads everything but what `rewrite` hides from it.
 */
export function parse(source: string): ParseResult {
  if (source.length > structureLimits.source) {
    const message = `The expression has ${source.length} characters; at most ${structureLimits.source} are allowed`;
    return {
      ok: false,
      issue: { code: 'too_long', message, start: structureLimits.source, end: source.length },
    };
  }
  const rewritten = rewrite(source);
  if ('message' in rewritten) return { ok: false, issue: { code: 'syntax', ...rewritten } };
  try {
    return { ok: true, syntax: convert(library.parse(rewritten.text).ast, rewritten, 0) };
  } catch (error) {
    return { ok: false, issue: issueOf(error, source) };
  }
}

class TooDeep extends Error {}

const binaryOperators: ReadonlySet<string> = new Set<BinaryOperator>([
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  '+',
  '-',
  '*',
  '/',
  '%',
]);

function convert(node: ASTNode, from: Rewritten, depth: number): Syntax {
  if (depth > structureLimits.depth) throw new TooDeep();
  const inner = (child: ASTNode) => convert(child, from, depth + 1);
  const { start, end } = node;
  switch (node.op) {
    case 'value':
      return { kind: 'literal', value: literal(node.args, from.literals.get(node.start)), start, end };
    case 'id':
      return { kind: 'identifier', name: name(node.args), rooted: from.rooted.has(node.start), start, end };
    case '.':
    case '.?': {
      const [operand, field] = node.args;
      return {
        kind: 'select',
        operand: inner(operand),
        field: from.quoted.get(node.pos) ?? field,
        optional: node.op === '.?',
        detached: from.text.slice(operand.end, node.pos).includes(')'),
        start,
        end,
      };
    }
    case '[]':
    case '[?]': {
      const [operand, index] = node.args;
      return {
        kind: 'index',
        operand: inner(operand),
        index: inner(index),
        optional: node.op === '[?]',
        start,
        end,
      };
    }
    case 'call':
      return {
        kind: 'call',
        name: node.args[0],
        target: undefined,
        arguments: node.args[1].map(inner),
        start,
        end,
      };
    case 'rcall': {
      const [method, target, args] = node.args;
      return { kind: 'call', name: method, target: inner(target), arguments: args.map(inner), start, end };
    }
    case 'list': {
      const items = node.args.map((item, i) => {
        const after = node.args[i - 1]?.end ?? start;
        return { value: inner(item), optional: isOptional(from, after, item.start) };
      });
      return { kind: 'list', items, start, end };
    }
    case 'map': {
      const entries = node.args.map(([key, value], i) => {
        const after = node.args[i - 1]?.[1].end ?? start;
        return { key: inner(key), value: inner(value), optional: isOptional(from, after, key.start) };
      });
      return { kind: 'map', entries, start, end };
    }
    case '&&':
    case '||': {
      const operands: ASTNode[] = [];
      let left: ASTNode = node;
      while (left.op === node.op) {
        operands.push((left.args as [ASTNode, ASTNode])[1]);
        left = (left.args as [ASTNode, ASTNode])[0];
      }
      return {
        kind: node.op === '&&' ? 'and' : 'or',
        operands: [left, ...operands.reverse()].map(inner),
        start,
        end,
      };
    }
    case '!_':
      return { kind: 'not', operand: inner(node.args), start, end };
    case '-_': {
      const operand = inner(node.args);
      const number =
        operand.kind === 'literal' && operand.start === node.start + 1 ? operand.value : undefined;
      if (typeof number === 'bigint' || typeof number === 'number')
        return { kind: 'literal', value: -number, start, end };
      return { kind: 'negate', operand, start, end };
    }
    case '?:': {
      const [test, whenTrue, whenFalse] = node.args;
      return {
        kind: 'conditional',
        test: inner(test),
        whenTrue: inner(whenTrue),
        whenFalse: inner(whenFalse),
        start,
        end,
      };
    }
    default: {
      if (!binaryOperators.has(node.op)) throw new Error(`The parser made an unknown node: ${node.op}`);
      const [left, right] = node.args as [ASTNode, ASTNode];
      return { kind: 'binary', operator: node.op, left: inner(left), right: inner(right), start, end };
    }
  }
}

/** Whether a `?` stood between the element before and this one. */
function isOptional({ optional }: Rewritten, after: number, before: number): boolean {
  return optional.length > 0 && optional.some((at) => at >= after && at < before);
}

/** Names of `cel.iterVar(n, m)`, padded by `rewrite`, become one name again. */
function name(text: string): string {
  return text.startsWith('cel_iterVar_') ? text.replace(/_+$/, '') : text;
}

function literal(read: unknown, hidden: CelValue | undefined): CelValue {
  if (hidden !== undefined) return hidden;
  if (read !== null && typeof read === 'object' && !(read instanceof Uint8Array))
    return new CelUint((read as { valueOf(): bigint }).valueOf());
  return read as CelValue;
}

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end of the expression',
  NUMBER: 'a number',
  STRING: 'a string',
  BYTES: 'bytes',
  BOOLEAN: 'a boolean',
  NULL: 'null',
  IDENTIFIER: 'a name',
  PLUS: '+',
  MINUS: '-',
  MULTIPLY: '*',
  DIVIDE: '/',
  MODULO: '%',
  EQ: '==',
  NE: '!=',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
  AND: '&&',
  OR: '||',
  NOT: '!',
  IN: 'in',
  LPAREN: '(',
  RPAREN: ')',
  LBRACKET: '[',
  RBRACKET: ']',
  LBRACE: '{',
  RBRACE: '}',
  DOT: '.',
  COMMA: ',',
  COLON: ':',
  QUESTION: '?',
};

const tooDeep = `The expression is nested more than ${structureLimits.depth} deep`;

function issueOf(error: unknown, source: string): SyntaxIssue {
  const whole = { start: 0, end: source.length };
  if (error instanceof TooDeep || error instanceof RangeError)
    return { code: 'too_deep', message: tooDeep, ...whole };
  if (!(error instanceof ParseError)) {
    // The library's macros and number types throw their own classes for wrong arguments and numbers out of range.
    const summary =
      error instanceof Error && 'summary' in error ? String(error.summary) : 'Not an expression';
    return { code: 'syntax', message: summary, ...whole };
  }
  const start = Math.min(error.range?.start ?? 0, source.length);
  const end = Math.min(Math.max(error.range?.end ?? start, start), source.length);
  if (error.code === 'limit_exceeded') return { code: 'too_deep', message: tooDeep, start, end };
  const expected = /^Expected (\w+), got (\w+)$/.exec(error.summary);
  if (expected !== null) {
    const [want = '', got = ''] = expected.slice(1).map((word) => tokens[word] ?? word);
    return {
      code: 'syntax',
      message: `Expected ${want}, found ${got}`,
      expected: want,
      found: got,
      start,
      end,
    };
  }
  const unexpected = /^Unexpected token: (\w+)$/.exec(error.summary);
  const found = unexpected?.[1] === undefined ? undefined : (tokens[unexpected[1]] ?? unexpected[1]);
  const message = found === undefined ? error.summary : `Expected an expression, found ${found}`;
  return { code: 'syntax', message, ...(found !== undefined && { found }), start, end };
}
