import type { CelOverload } from './function.ts';
import { childrenOf, type IrForm, type IrNode } from './ir.ts';
import type { CelType } from './type.ts';
import { CelUint, type CelValue } from './value.ts';

/** How generated code reaches what is outside of it. Every answer is a JavaScript expression. */
export interface Emitter {
  /** The attribute's slot as `toSlot` makes it: undefined when missing or wrongly typed. Read many times: a local variable is best. */
  read(attribute: string): string;
  /** Name of a parameter that holds the constant. No text of a resource ever enters the code. */
  constant(value: unknown): string;
  /** True iff membership in the segment is exactly `member`; an error is neither. */
  segment(name: string, member: boolean): string;
  /** The three-valued closure of the node, called with the scope: for leaves that have no fast form. */
  closure(node: IrNode): string;
}

/**
 * JavaScript that is true iff the node is exactly true. Rules ask nothing else, and errors are neither true nor false, so absorbing them
 * costs nothing: T(a && b) = T(a) && T(b), F(a && b) = F(a) || F(b), T(!a) = F(a).
 */
export function emitTrue(node: IrNode, emitter: Emitter): string {
  return emitIs(true, node, emitter);
}

/** JavaScript that is true iff the node is exactly false. */
export function emitFalse(node: IrNode, emitter: Emitter): string {
  return emitIs(false, node, emitter);
}

type Form<K extends IrForm['kind']> = Extract<IrForm, { kind: K }>;

function emitIs(truth: boolean, node: IrNode, emitter: Emitter): string {
  return fast(truth, node, emitter) ?? `(${emitter.closure(node)} === ${truth})`;
}

function fast(truth: boolean, node: IrNode, emitter: Emitter): string | undefined {
  switch (node.kind) {
    case 'constant':
      return String(node.value === truth);
    case 'failure':
      return 'false';
    case 'attribute':
      return `(${emitter.read(node.name)} === ${truth})`;
    case 'hasAttribute':
      return `(${emitter.read(node.name)} ${truth ? '!==' : '==='} undefined)`;
    case 'segment':
      return emitter.segment(node.name, truth);
    case 'not':
      return emitIs(!truth, node.operand, emitter);
    case 'and':
    case 'or': {
      const sign = (node.kind === 'and') === truth ? ' && ' : ' || ';
      return `(${node.operands.map((operand) => emitIs(truth, operand, emitter)).join(sign)})`;
    }
    case 'conditional': {
      // The test is emitted twice, so tests within tests would double the text at each level.
      if (holdsConditional(node.test)) return undefined;
      const whenTrue = `${emitTrue(node.test, emitter)} && ${emitIs(truth, node.whenTrue, emitter)}`;
      return `(${whenTrue} || ${emitFalse(node.test, emitter)} && ${emitIs(truth, node.whenFalse, emitter)})`;
    }
    case 'binary':
      return binary(truth, node, node, emitter);
    case 'call':
      return textCall(truth, node, emitter);
    default:
      return undefined;
  }
}

function holdsConditional(node: IrNode): boolean {
  return node.kind === 'conditional' || childrenOf(node).some(holdsConditional);
}

function binary(truth: boolean, form: Form<'binary'>, node: IrNode, emitter: Emitter): string | undefined {
  const { operator, left, right } = form;
  switch (operator) {
    case '==':
      return equality(truth, left, right, node, emitter);
    case '!=':
      return equality(!truth, left, right, node, emitter);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(truth, operator, number(left, emitter), number(right, emitter), node, emitter);
    case 'in':
      return membership(truth, left, right, emitter);
    default:
      return undefined;
  }
}

/** A scalar as JavaScript: the names that must not be undefined for it to have a value, and the kinds its value may have. */
interface Scalar {
  readonly text: string;
  readonly reads: readonly string[];
  readonly kind: 'string' | 'bool' | 'null' | 'number' | 'dyn';
}

/** A number as JavaScript; `exact` holds iff every int on the way kept all its digits. */
interface Numeric extends Scalar {
  readonly kind: 'number';
  readonly type: 'int' | 'uint' | 'double';
  readonly exact: readonly string[];
}

function scalar(node: IrNode, emitter: Emitter): Scalar | undefined {
  const numeric = number(node, emitter);
  if (numeric !== undefined) return numeric;
  if (node.kind === 'constant') {
    const { value } = node;
    if (value === null) return { text: 'null', reads: [], kind: 'null' };
    if (typeof value === 'boolean') return { text: String(value), reads: [], kind: 'bool' };
    return typeof value === 'string'
      ? { text: emitter.constant(value), reads: [], kind: 'string' }
      : undefined;
  }
  if (node.kind !== 'attribute') return undefined;
  const kind = node.type.kind;
  if (kind !== 'string' && kind !== 'bool' && kind !== 'dyn') return undefined;
  const text = emitter.read(node.name);
  return { text, reads: [text], kind };
}

function number(node: IrNode, emitter: Emitter): Numeric | undefined {
  switch (node.kind) {
    case 'constant': {
      const value = jsNumber(node.value);
      if (value === undefined) return undefined;
      const type =
        typeof node.value === 'bigint' ? 'int' : typeof node.value === 'number' ? 'double' : 'uint';
      return { text: emitter.constant(value), reads: [], kind: 'number', type, exact: [] };
    }
    case 'attribute': {
      const type = node.type.kind;
      if (type !== 'int' && type !== 'uint' && type !== 'double') return undefined;
      const text = emitter.read(node.name);
      return { text, reads: [text], kind: 'number', type, exact: [] };
    }
    case 'negate': {
      const operand = number(node.operand, emitter);
      if (operand === undefined || operand.type === 'uint') return undefined;
      return { ...operand, text: `(-${operand.text})` };
    }
    case 'binary':
      return arithmetic(node, emitter);
    default:
      return undefined;
  }
}

function arithmetic(node: Form<'binary'>, emitter: Emitter): Numeric | undefined {
  const { operator } = node;
  if (operator !== '+' && operator !== '-' && operator !== '*' && operator !== '/' && operator !== '%')
    return undefined;
  const left = number(node.left, emitter);
  const right = number(node.right, emitter);
  if (!left || !right || left.type !== right.type || left.type === 'uint') return undefined;
  const isInt = left.type === 'int';
  if (operator === '/' && isInt) return undefined;
  if (operator === '%' && !(isInt && node.right.kind === 'constant' && node.right.value !== 0n))
    return undefined;
  const text = `(${left.text} ${operator} ${right.text})`;
  const exact = [...left.exact, ...right.exact];
  // Sums, differences and products of safe integers are exact as long as the rounded result is a safe integer too.
  if (isInt && operator !== '%') exact.push(`Math.abs${text} <= ${Number.MAX_SAFE_INTEGER}`);
  return { text, reads: [...left.reads, ...right.reads], kind: 'number', type: left.type, exact };
}

/** A number as the slots hold it; undefined for an int that a JavaScript number cannot hold, and for what is no number. */
function jsNumber(value: CelValue): number | undefined {
  if (typeof value === 'number') return value;
  const whole = value instanceof CelUint ? value.value : value;
  return typeof whole === 'bigint' && Number.isSafeInteger(Number(whole)) ? Number(whole) : undefined;
}

function defined(reads: readonly string[]): string[] {
  return [...new Set(reads)].map((read) => `${read} !== undefined`);
}

function unlessInexact(
  text: string,
  truth: boolean,
  sides: readonly Scalar[],
  node: IrNode,
  emitter: Emitter,
): string {
  const exact = sides.flatMap((side) => ('exact' in side ? (side as Numeric).exact : []));
  if (exact.length === 0) return text;
  return `(${exact.join(' && ')} ? ${text} : ${emitter.closure(node)} === ${truth})`;
}

function comparison(
  truth: boolean,
  operator: '<' | '<=' | '>' | '>=',
  left: Numeric | undefined,
  right: Numeric | undefined,
  node: IrNode,
  emitter: Emitter,
): string | undefined {
  if (left === undefined || right === undefined) return undefined;
  const compare = `${left.text} ${operator} ${right.text}`;
  // Comparing with undefined is false in JavaScript: only the false side must look.
  const text = truth
    ? `(${compare})`
    : `(${[...defined([...left.reads, ...right.reads]), `!(${compare})`].join(' && ')})`;
  return unlessInexact(text, truth, [left, right], node, emitter);
}

function equality(
  equal: boolean,
  leftNode: IrNode,
  rightNode: IrNode,
  node: IrNode,
  emitter: Emitter,
): string | undefined {
  const left = scalar(leftNode, emitter);
  const right = scalar(rightNode, emitter);
  if (left === undefined || right === undefined) return undefined;
  // What is dyn may be an int beside a double, or something deep: there only text, bool and null compare by identity.
  const kinds = [left.kind, right.kind];
  if (kinds.includes('dyn') && (kinds.includes('number') || left.kind === right.kind)) return undefined;
  const reads = [...left.reads, ...right.reads];
  const checks = equal && (left.reads.length === 0 || right.reads.length === 0) ? [] : defined(reads);
  const text = `(${[...checks, `${left.text} ${equal ? '===' : '!=='} ${right.text}`].join(' && ')})`;
  const truth = (node as Form<'binary'>).operator === '==' ? equal : !equal;
  return unlessInexact(text, truth, [left, right], node, emitter);
}

function membership(truth: boolean, left: IrNode, right: IrNode, emitter: Emitter): string | undefined {
  const not = truth ? '' : '!';
  if (right.kind === 'constant' && Array.isArray(right.value) && left.kind === 'attribute') {
    const set = slotSet(right.value, left.type);
    if (set === undefined) return undefined;
    const read = emitter.read(left.name);
    const has = `${emitter.constant(set)}.has(${read})`;
    return truth ? has : `(${read} !== undefined && !${has})`;
  }
  if (right.kind !== 'attribute' || right.type.kind !== 'list') return undefined;
  const element = right.type.element.kind;
  const item = scalar(left, emitter);
  if (item === undefined || item.kind !== element) return undefined;
  const read = emitter.read(right.name);
  return `(${[...defined([...item.reads, read]), `${not}${read}.includes(${item.text})`].join(' && ')})`;
}

/** A constant list as a set of what slots of a type may hold; undefined where identity of slots is not equality of values. */
function slotSet(list: readonly CelValue[], type: CelType): ReadonlySet<CelValue> | undefined {
  if (type.kind === 'dyn') {
    const simple = list.every((item) => typeof item === 'string' || typeof item === 'boolean');
    return simple ? new Set(list) : undefined;
  }
  if (type.kind === 'string' || type.kind === 'bool') return new Set(list);
  if (type.kind !== 'int' && type.kind !== 'uint' && type.kind !== 'double') return undefined;
  const numbers = new Set<CelValue>();
  for (const item of list) {
    const value = jsNumber(item);
    // Beyond the safe integers only a double could be equal.
    if (value === undefined && type.kind === 'double') return undefined;
    if (value !== undefined) numbers.add(value);
  }
  return numbers;
}

const textTests: ReadonlyMap<string, string> = new Map([
  ['startsWith', 'startsWith'],
  ['endsWith', 'endsWith'],
  ['contains', 'includes'],
]);

function textCall(truth: boolean, node: Form<'call'>, emitter: Emitter): string | undefined {
  const test = node.style === 'method' ? textTests.get(node.name) : undefined;
  const [receiver, argument] = node.arguments;
  if (test === undefined || !receiver || !argument || !isTextTest(node.overloads, node.arguments))
    return undefined;
  const left = scalar(receiver, emitter);
  const right = scalar(argument, emitter);
  if (left?.kind !== 'string' || right?.kind !== 'string') return undefined;
  const checks = defined([...left.reads, ...right.reads]);
  return `(${[...checks, `${truth ? '' : '!'}${left.text}.${test}(${right.text})`].join(' && ')})`;
}

/** Whether the first overload, which wins, is the one of two texts. */
function isTextTest([first]: readonly CelOverload[], args: readonly IrNode[]): boolean {
  return (
    args.length === 2 &&
    first !== undefined &&
    first.parameters.every((parameter) => parameter.kind === 'string')
  );
}
