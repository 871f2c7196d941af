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
import { missingAttribute, type Scope } from './closure.ts';
import { type CelOverload, dispatch, specialized } from './function.ts';
import { gatherers } from './gather.ts';
import { type Comprehension, constantsOf, type IrForm, type IrNode, roundCost, type Span } from './ir.ts';
import { callCost, stepBudget } from './limits.ts';
import { type ConstantSet, constantSet } from './membership.ts';
import { type Meter, overBudget } from './meter.ts';
import { equals, negate, operate } from './operators.ts';
import type { Program } from './program.ts';
import { type CanonicalKey, CelError, CelMap, CelOptional, type CelValue } from './value.ts';

/** A sub-expression, where it stands in the source, and what it came to. Operands that were not needed are not in the tree. */
export interface TraceNode extends Span {
  readonly text: string;
  readonly outcome: CelValue | CelError;
  readonly children: readonly TraceNode[];
}

type Form<K extends IrForm['kind']> = Extract<IrForm, { kind: K }> & Span;

/** Evaluates a child and remembers it. */
type Stepper = (child: IrNode) => CelValue | CelError;

/** More steps than this are evaluated but not remembered; a macro over a long list would drown the rest. */
const maxNodes = 2000;

/** Evaluates like `toClosure`, remembering every step, for `explain`. */
export function traceProgram({ source, ir }: Program, scope: Scope): TraceNode {
  const locals: (CelValue | CelError)[] = [];
  const meter: Meter = { steps: stepBudget };
  const prepared = new Map<IrNode, readonly CelOverload[]>();
  const sets = new Map<IrNode, ConstantSet | undefined>();
  let left = maxNodes;
  const root = trace(ir);
  return meter.steps < 0 ? { ...root, outcome: overBudget } : root;

  function trace(node: IrNode): TraceNode {
    const children: TraceNode[] = [];
    left--;
    const outcome = evaluate(node, (child) => {
      const traced = trace(child);
      if (left >= 0) children.push(traced);
      return traced.outcome;
    });
    const { start, end } = node;
    return { text: source.slice(start, end), start, end, outcome, children };
  }

  /** The value of a node, by way of `step` for each child it needs. */
  function evaluate(node: IrNode, step: Stepper): CelValue | CelError {
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'attribute': {
        const value = scope.attribute(node.name);
        return value === undefined ? missingAttribute(node.name) : value;
      }
      case 'hasAttribute':
        return scope.attribute(node.name) !== undefined;
      case 'local':
        return locals[node.slot] as CelValue | CelError;
      case 'segment':
        return scope.inSegment(node.name);
      case 'failure':
        return new CelError(node.code, node.message);
      case 'and':
      case 'or': {
        const gathered = gatherers[node.kind === 'and' ? 'all' : 'exists']();
        for (const operand of node.operands) {
          const done = gathered.add(step(operand), undefined, null);
          if (done !== undefined) return done;
        }
        return gathered.end();
      }
      case 'not': {
        const value = step(node.operand);
        return typeof value === 'boolean' ? !value : notBool(value);
      }
      case 'negate':
        return strict([node.operand], step, ([value = null]) => negate(value));
      case 'conditional': {
        const test = step(node.test);
        if (typeof test !== 'boolean') return notBool(test);
        return step(test ? node.whenTrue : node.whenFalse);
      }
      case 'binary':
        return strict([node.left, node.right], step, ([a = null, b = null]) => {
          if (node.operator === '==' || node.operator === '!=')
            return equals(a, b, meter) === (node.operator === '==');
          const set = node.operator === 'in' ? setOf(node.right) : undefined;
          if (set !== undefined) return set.has(a);
          const result = operate(node.operator, a, b, meter);
          if (!(result instanceof CelError)) meter.steps -= weight(result);
          return result;
        });
      case 'select':
        return strict([node.operand], step, ([value = null]) =>
          selectField(value, node.field, node.optional),
        );
      case 'has':
        return strict([node.operand], step, ([value = null]) => hasField(value, node.field));
      case 'index':
        return strict([node.operand, node.index], step, ([value = null, index = null]) =>
          elementAt(value, index, node.optional),
        );
      case 'list': {
        const items: CelValue[] = [];
        for (const { value, optional } of node.items) {
          const item = element(step(value), optional);
          if (item instanceof CelError) return item;
          if (item !== undefined) items.push(item);
        }
        return items;
      }
      case 'map': {
        const entries = new Map<CanonicalKey, readonly [CelValue, CelValue]>();
        for (const entry of node.entries) {
          const key = step(entry.key);
          if (key instanceof CelError) return key;
          const value = element(step(entry.value), entry.optional);
          if (value instanceof CelError) return value;
          const wrong = value === undefined ? undefined : addEntry(entries, key, value);
          if (wrong !== undefined) return wrong;
        }
        return new CelMap(entries);
      }
      case 'call':
        return call(node, step);
      case 'bind':
        locals[node.slot] = step(node.value);
        return step(node.body);
      case 'optMap':
        return strict([node.operand], step, ([operand = null]) => {
          if (!(operand instanceof CelOptional)) return notOptional(operand);
          if (operand.value === undefined) return operand;
          locals[node.slot] = operand.value;
          const result = step(node.body);
          return node.flat || result instanceof CelError ? result : new CelOptional(result);
        });
      case 'optOr':
        return strict([node.operand], step, ([operand = null]) => {
          if (!(operand instanceof CelOptional)) return notOptional(operand);
          if (operand.value !== undefined) return node.unwraps ? operand.value : operand;
          const other = step(node.alternative);
          return node.unwraps || other instanceof CelError || other instanceof CelOptional
            ? other
            : notOptional(other);
        });
      case 'comprehension':
        return comprehension(node, step);
    }
  }

  function call(node: Form<'call'>, step: Stepper): CelValue | CelError {
    // As in a closure, which evaluates it once, a call of constants has a budget of its own.
    const isConstant = node.arguments.every((argument) => argument.kind === 'constant');
    const payer = isConstant ? { steps: stepBudget } : meter;
    payer.steps -= callCost;
    return strict(node.arguments, step, (args) => {
      for (const argument of args) payer.steps -= weight(argument);
      const overloads = prepared.get(node) ?? specialized(node.overloads, constantsOf(node.arguments));
      prepared.set(node, overloads);
      const result = dispatch(node.name, overloads, args, payer);
      if (!(result instanceof CelError)) payer.steps -= weight(result);
      return result;
    });
  }

  function setOf(node: IrNode): ConstantSet | undefined {
    if (node.kind !== 'constant' || !Array.isArray(node.value)) return undefined;
    if (!sets.has(node)) sets.set(node, constantSet(node.value));
    return sets.get(node);
  }

  function strict(
    operands: readonly IrNode[],
    step: Stepper,
    run: (values: readonly CelValue[]) => CelValue | CelError,
  ): CelValue | CelError {
    const values: CelValue[] = [];
    for (const operand of operands) {
      const value = step(operand);
      if (value instanceof CelError) return value;
      values.push(value);
    }
    return run(values);
  }

  function element(value: CelValue | CelError, optional: boolean): CelValue | CelError | undefined {
    return optional && !(value instanceof CelError) ? unwrapElement(value) : value;
  }

  function comprehension(node: Comprehension, step: Stepper): CelValue | CelError {
    const over = step(node.range);
    if (over instanceof CelError) return over;
    const pairs = pairsOf(over);
    if (pairs instanceof CelError) return pairs;
    const gathered = gatherers[node.makes]();
    const [first, second] = node.slots;
    const cost = roundCost(node);
    for (const [key, value] of pairs) {
      meter.steps -= cost;
      if (meter.steps < 0) return overBudget;
      locals[first] = second === undefined && Array.isArray(over) ? value : key;
      if (second !== undefined) locals[second] = value;
      const holds = node.predicate === undefined ? true : step(node.predicate);
      const outcome = node.transform === undefined || holds !== true ? undefined : step(node.transform);
      const done = gathered.add(holds, outcome, key);
      if (done !== undefined) return done;
    }
    return gathered.end();
  }
}
