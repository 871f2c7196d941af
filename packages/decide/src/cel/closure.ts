import {
  addEntry,
  elementAt,
  hasField,
  notBool,
  notOptional,
  pairsOf,
  selectField,
  unwrapElement,
  weight,
} from './access.ts';
import { dispatch, specialized } from './function.ts';
import { gatherers } from './gather.ts';
import { type Comprehension, constantsOf, type IrForm, type IrNode, roundCost } from './ir.ts';
import { callCost, stepBudget } from './limits.ts';
import { constantSet } from './membership.ts';
import { type Meter, overBudget } from './meter.ts';
import { equals, negate, operate } from './operators.ts';
import type { Program } from './program.ts';
import { type CanonicalKey, CelError, CelMap, CelOptional, type CelValue } from './value.ts';

/** Where an evaluation finds what is outside the expression. */
export interface Scope {
  /** The attribute's value, or undefined if it is missing or of another type than declared. See `fromSlot`. */
  attribute(name: string): CelValue | undefined;
  /** Whether the unit is in the segment; an error if that cannot be told. */
  inSegment(name: string): boolean | CelError;
}

/** The three-valued meaning of an expression: a value or an error. Never throws. */
export type Closure = (scope: Scope) => CelValue | CelError;

/** Compiles a program into a closure. Each call may spend `stepBudget`. */
export function toClosure(program: Program): Closure {
  return closureOf(program.ir);
}

/** The same for a node that stands outside of every macro, as `Emitter.closure` needs it. */
export function closureOf(node: IrNode): Closure {
  const step = compile(node);
  return (scope) => {
    const frame: Frame = { scope, locals: [], steps: stepBudget };
    const result = step(frame);
    return frame.steps < 0 ? overBudget : result;
  };
}

interface Frame extends Meter {
  readonly scope: Scope;
  /** Values of the local variables by slot. An error is kept until the name is used. */
  readonly locals: (CelValue | CelError)[];
}

type Step = (frame: Frame) => CelValue | CelError;
type Form<K extends IrForm['kind']> = Extract<IrForm, { kind: K }>;

function compile(node: IrNode): Step {
  switch (node.kind) {
    case 'constant': {
      const { value } = node;
      return () => value;
    }
    case 'attribute': {
      const { name } = node;
      const missing = missingAttribute(name);
      return ({ scope }) => {
        const value = scope.attribute(name);
        return value === undefined ? missing : value;
      };
    }
    case 'hasAttribute': {
      const { name } = node;
      return ({ scope }) => scope.attribute(name) !== undefined;
    }
    case 'local': {
      const { slot } = node;
      return ({ locals }) => locals[slot] as CelValue | CelError;
    }
    case 'segment': {
      const { name } = node;
      return ({ scope }) => scope.inSegment(name);
    }
    case 'failure': {
      const error = new CelError(node.code, node.message);
      return () => error;
    }
    case 'and':
      return junction(node.operands.map(compile), false);
    case 'or':
      return junction(node.operands.map(compile), true);
    case 'not': {
      const operand = compile(node.operand);
      return (frame) => {
        const value = operand(frame);
        return typeof value === 'boolean' ? !value : notBool(value);
      };
    }
    case 'negate':
      return strict(node.operand, negate);
    case 'conditional':
      return conditional(node);
    case 'binary':
      return binary(node);
    case 'select': {
      const { field, optional } = node;
      return strict(node.operand, (value) => selectField(value, field, optional));
    }
    case 'has': {
      const { field } = node;
      return strict(node.operand, (value) => hasField(value, field));
    }
    case 'index': {
      const { optional } = node;
      return strictPair(node.operand, node.index, (value, index) => elementAt(value, index, optional));
    }
    case 'list':
      return list(node);
    case 'map':
      return map(node);
    case 'call':
      return call(node);
    case 'bind': {
      const { slot } = node;
      const value = compile(node.value);
      const body = compile(node.body);
      return (frame) => {
        frame.locals[slot] = value(frame);
        return body(frame);
      };
    }
    case 'optMap':
      return optMap(node);
    case 'optOr':
      return optOr(node);
    case 'comprehension':
      return comprehension(node);
  }
}

/** What reading an absent or wrongly typed attribute answers. */
export function missingAttribute(name: string): CelError {
  return new CelError('missing', `${name} is missing or has another type than declared`);
}

function strict(operand: IrNode, run: (value: CelValue) => CelValue | CelError): Step {
  const inner = compile(operand);
  return (frame) => {
    const value = inner(frame);
    return value instanceof CelError ? value : run(value);
  };
}

function strictPair(
  left: IrNode,
  right: IrNode,
  run: (left: CelValue, right: CelValue, frame: Frame) => CelValue | CelError,
): Step {
  const first = compile(left);
  const second = compile(right);
  return (frame) => {
    const a = first(frame);
    if (a instanceof CelError) return a;
    const b = second(frame);
    return b instanceof CelError ? b : run(a, b, frame);
  };
}

/** `&&` (decided by false) and `||` (decided by true): an error counts only if no operand decides. */
function junction(operands: readonly Step[], decisive: boolean): Step {
  return (frame) => {
    let error: CelError | undefined;
    for (const operand of operands) {
      const value = operand(frame);
      if (value === decisive) return decisive;
      if (value !== !decisive) error ??= notBool(value);
    }
    return error ?? !decisive;
  };
}

function conditional(node: Form<'conditional'>): Step {
  const test = compile(node.test);
  const whenTrue = compile(node.whenTrue);
  const whenFalse = compile(node.whenFalse);
  return (frame) => {
    const value = test(frame);
    if (value === true) return whenTrue(frame);
    return value === false ? whenFalse(frame) : notBool(value);
  };
}

function binary(node: Form<'binary'>): Step {
  const { operator, left, right } = node;
  if (operator === '==') return strictPair(left, right, equals);
  if (operator === '!=') return strictPair(left, right, (a, b, frame) => !equals(a, b, frame));
  if (operator === 'in' && right.kind === 'constant' && Array.isArray(right.value)) {
    const set = constantSet(right.value);
    if (set !== undefined) return strict(left, (value) => set.has(value));
  }
  return strictPair(left, right, (a, b, frame) => {
    const result = operate(operator, a, b, frame);
    if (!(result instanceof CelError)) frame.steps -= weight(result);
    return result;
  });
}

function list(node: Form<'list'>): Step {
  const items = node.items.map(({ value, optional }) => ({ step: compile(value), optional }));
  return (frame) => {
    const values: CelValue[] = [];
    for (const { step, optional } of items) {
      const made = step(frame);
      const value = optional && !(made instanceof CelError) ? unwrapElement(made) : made;
      if (value instanceof CelError) return value;
      if (value !== undefined) values.push(value);
    }
    return values;
  };
}

function map(node: Form<'map'>): Step {
  const parts = node.entries.map(({ key, value, optional }) => ({
    key: compile(key),
    value: compile(value),
    optional,
  }));
  return (frame) => {
    const entries = new Map<CanonicalKey, readonly [CelValue, CelValue]>();
    for (const part of parts) {
      const key = part.key(frame);
      if (key instanceof CelError) return key;
      const made = part.value(frame);
      const value = part.optional && !(made instanceof CelError) ? unwrapElement(made) : made;
      if (value instanceof CelError) return value;
      const wrong = value === undefined ? undefined : addEntry(entries, key, value);
      if (wrong !== undefined) return wrong;
    }
    return new CelMap(entries);
  };
}

function call(node: Form<'call'>): Step {
  const { name } = node;
  const args = node.arguments.map(compile);
  const overloads = specialized(node.overloads, constantsOf(node.arguments));
  const run: Step = (frame) => {
    const values: CelValue[] = [];
    frame.steps -= callCost;
    for (const arg of args) {
      const value = arg(frame);
      if (value instanceof CelError) return value;
      frame.steps -= weight(value);
      values.push(value);
    }
    const result = dispatch(name, overloads, values, frame);
    if (!(result instanceof CelError)) frame.steps -= weight(result);
    return result;
  };
  if (node.arguments.some((argument) => argument.kind !== 'constant')) return run;
  // Functions are pure: one call, made when first needed and on a budget of its own, serves all evaluations.
  let folded: CelValue | CelError | undefined;
  return ({ scope }) => {
    if (folded === undefined) folded = run({ scope, locals: [], steps: stepBudget });
    return folded;
  };
}

function optMap({ slot, operand, body, flat }: Form<'optMap'>): Step {
  const inner = compile(body);
  const source = compile(operand);
  return (frame) => {
    const value = source(frame);
    if (value instanceof CelError) return value;
    if (!(value instanceof CelOptional)) return notOptional(value);
    if (value.value === undefined) return value;
    frame.locals[slot] = value.value;
    const result = inner(frame);
    return flat || result instanceof CelError ? result : new CelOptional(result);
  };
}

function optOr({ operand, alternative, unwraps }: Form<'optOr'>): Step {
  const source = compile(operand);
  const other = compile(alternative);
  return (frame) => {
    const value = source(frame);
    if (value instanceof CelError) return value;
    if (!(value instanceof CelOptional)) return notOptional(value);
    if (value.value !== undefined) return unwraps ? value.value : value;
    const result = other(frame);
    return unwraps || result instanceof CelError || result instanceof CelOptional
      ? result
      : notOptional(result);
  };
}

function comprehension(node: Comprehension): Step {
  const range = compile(node.range);
  const predicate = node.predicate && compile(node.predicate);
  const transform = node.transform && compile(node.transform);
  const cost = roundCost(node);
  const [first, second] = node.slots;
  const gather = gatherers[node.makes];

  return (frame) => {
    const over = range(frame);
    if (over instanceof CelError) return over;
    const pairs = pairsOf(over);
    if (pairs instanceof CelError) return pairs;
    const isList = Array.isArray(over);
    const gathered = gather();
    for (const [key, value] of pairs) {
      frame.steps -= cost;
      if (frame.steps < 0) return overBudget;
      frame.locals[first] = second === undefined && isList ? value : key;
      if (second !== undefined) frame.locals[second] = value;
      const holds = predicate === undefined ? true : predicate(frame);
      const outcome = transform === undefined || holds !== true ? undefined : transform(frame);
      const done = gathered.add(holds, outcome, key);
      if (done !== undefined) return done;
    }
    return gathered.end();
  };
}
