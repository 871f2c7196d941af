import { closureOf } from '../cel/closure.ts';
import type { BinaryOperator, IrNode } from '../cel/ir.ts';
import type { CelType } from '../cel/type.ts';
import type { CelValue } from '../cel/value.ts';
import { type BoundContext, readSlot } from './bound.ts';
import { interned } from './interned.ts';
import type { Schema } from './schema.ts';
import { isMember, MEMBER, STRANGER } from './segment-cell.ts';

/** One truth value of a condition as a closure over slots: for flags that are seldom asked, and where no code may be generated. */
export type Predicate = (bound: BoundContext) => boolean;

/** Holds iff the node is exactly true. */
export function truePredicate(node: IrNode, schema: Schema): Predicate {
  return predicate(true, node, schema);
}

/** Holds iff the node is exactly false. */
export function falsePredicate(node: IrNode, schema: Schema): Predicate {
  return predicate(false, node, schema);
}

const NEVER: Predicate = () => false;

/** The same algebra as `emitTrue` and `emitFalse`: errors satisfy neither, so absorbing them costs nothing. */
function predicate(truth: boolean, node: IrNode, schema: Schema): Predicate {
  switch (node.kind) {
    case 'constant':
      return node.value === truth ? () => true : NEVER;
    case 'failure':
      return NEVER;
    case 'segment': {
      const number = schema.numberings.segments.of(node.name);
      const wanted = truth ? MEMBER : STRANGER;
      return (bound) => isMember(bound, number) === wanted;
    }
    case 'not':
      return predicate(!truth, node.operand, schema);
    case 'and':
    case 'or': {
      const operands = node.operands.map((operand) => predicate(truth, operand, schema));
      return (node.kind === 'and') === truth ? every(operands) : some(operands);
    }
    default:
      return leaf(truth, node, schema) ?? slow(truth, node);
  }
}

function every(operands: readonly Predicate[]): Predicate {
  const [first, second, third] = operands;
  if (first !== undefined && second !== undefined && third === undefined)
    return (bound) => first(bound) && second(bound);
  if (first !== undefined && second !== undefined && third !== undefined && operands.length === 3)
    return (bound) => first(bound) && second(bound) && third(bound);
  return (bound) => {
    for (const operand of operands) if (!operand(bound)) return false;
    return true;
  };
}

function some(operands: readonly Predicate[]): Predicate {
  return (bound) => {
    for (const operand of operands) if (operand(bound)) return true;
    return false;
  };
}

function slow(truth: boolean, node: IrNode): Predicate {
  const closure = closureOf(node);
  return (bound) => closure(bound) === truth;
}

/** The leaves that rules are made of: one attribute against constants. */
function leaf(truth: boolean, node: IrNode, schema: Schema): Predicate | undefined {
  if (node.kind === 'attribute' || node.kind === 'hasAttribute') {
    const slot = schema.slotOf(node.name);
    if (slot === undefined) return undefined;
    if (node.kind === 'attribute') return (bound) => readSlot(bound, slot) === truth;
    return (bound) => (readSlot(bound, slot) !== undefined) === truth;
  }
  if (node.kind !== 'binary' || node.left.kind !== 'attribute' || node.right.kind !== 'constant')
    return undefined;
  const slot = schema.slotOf(node.left.name);
  if (slot === undefined) return undefined;
  const { type } = node.left;
  if (node.operator === 'in') return membership(truth, slot, type, node.right.value);
  const constant = slotConstant(node.right.value, type);
  return constant === undefined ? undefined : comparison(truth, node.operator, slot, constant);
}

function membership(truth: boolean, slot: number, type: CelType, list: CelValue): Predicate | undefined {
  if (!Array.isArray(list) || type.kind === 'dyn') return undefined;
  const values = list.map((item: CelValue) => slotConstant(item, type));
  if (values.includes(undefined)) return undefined;
  const set = new Set<unknown>(values);
  if (truth) return (bound) => set.has(readSlot(bound, slot));
  return (bound) => {
    const value = readSlot(bound, slot);
    return value !== undefined && !set.has(value);
  };
}

/** A constant as the slots of a type hold it, where identity of slots is equality of values. */
function slotConstant(value: CelValue, type: CelType): string | number | boolean | undefined {
  if (type.kind === 'string' || type.kind === 'bool') {
    return typeof value === (type.kind === 'bool' ? 'boolean' : 'string')
      ? (interned(value) as string | boolean)
      : undefined;
  }
  if (type.kind === 'double') return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
  if (type.kind !== 'int' || typeof value !== 'bigint') return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
}

function comparison(
  truth: boolean,
  operator: BinaryOperator,
  slot: number,
  constant: string | number | boolean,
): Predicate | undefined {
  const compare = typeof constant === 'number' ? numberTests[operator] : undefined;
  if (operator === '==' || operator === '!=') {
    if ((operator === '==') === truth) return (bound) => readSlot(bound, slot) === constant;
    return (bound) => {
      const value = readSlot(bound, slot);
      return value !== undefined && value !== constant;
    };
  }
  if (compare === undefined) return undefined;
  const limit = constant as number;
  return (bound) => {
    const value = readSlot(bound, slot);
    return value !== undefined && compare(value as number, limit) === truth;
  };
}

const numberTests: { readonly [O in BinaryOperator]?: (left: number, right: number) => boolean } = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};
