import { closureOf } from './closure.ts';
import { attributeNames, type CelEnvironment } from './environment.ts';
import { kindOf } from './function.ts';
import {
  type BinaryOperator,
  type Comprehension,
  constantsOf,
  type IrForm,
  type IrNode,
  type Span,
} from './ir.ts';
import { functionNames } from './library.ts';
import { operatorSignatures, type Signature } from './signatures.ts';
import { suggest } from './suggest.ts';
import { type CelType, formatType } from './type.ts';
import { Bindings } from './unify.ts';
import { CelError, CelMap, CelOptional, type CelValue } from './value.ts';

/** One thing wrong with an expression. `code` is stable; `start` and `end` are offsets into the source. */
export interface CelIssue extends Span {
  readonly code: CelIssueCode;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
}

export type CelIssueCode =
  | 'syntax'
  | 'too_long'
  | 'too_deep'
  | 'too_many_nodes'
  | 'too_many_calls'
  | 'too_costly'
  | 'unknown_attribute'
  | 'unknown_function'
  | 'unknown_method'
  | 'unknown_field'
  | 'wrong_type'
  | 'wrong_arguments'
  | 'wrong_operands'
  | 'invalid_macro'
  | 'invalid_constant';

export interface Inferred {
  readonly type: CelType;
  readonly issues: readonly CelIssue[];
}

type Form<K extends IrForm['kind']> = Extract<IrForm, { kind: K }> & Span;

const bool: CelType = { kind: 'bool' };
const dyn: CelType = { kind: 'dyn' };
const int: CelType = { kind: 'int' };
const string: CelType = { kind: 'string' };

/** The type of an expression and everything wrong with its types. What is wrong counts as `dyn` from there on, so that one mistake is one issue. */
export function infer(root: IrNode, environment: CelEnvironment, expected?: CelType): Inferred {
  const bindings = new Bindings();
  const issues: CelIssue[] = [];
  const locals: CelType[] = [];
  const type = typeOf(root);
  if (expected !== undefined) expect(root, type, expected);
  return { type: bindings.close(type), issues };

  function resolved(type: CelType): CelType {
    const known = bindings.resolve(type);
    return known.kind === 'param' ? dyn : known;
  }

  function report(
    at: Span,
    code: CelIssueCode,
    message: string,
    details: { expected?: string; found?: string } = {},
  ): CelType {
    issues.push({ code, message, ...details, start: at.start, end: at.end });
    return dyn;
  }

  /** Reports a node that is not of a type. */
  function expect(at: Span, found: CelType, expected: CelType): void {
    if (bindings.unify(found, expected)) return;
    const names = { expected: bindings.format(expected), found: bindings.format(found) };
    report(at, 'wrong_type', `Expected ${names.expected}, found ${names.found}`, names);
  }

  function typeOf(node: IrNode): CelType {
    switch (node.kind) {
      case 'constant':
        return typeOfValue(node.value);
      case 'attribute':
        return node.type;
      case 'hasAttribute':
      case 'segment':
        return bool;
      case 'local':
        return locals[node.slot] ?? dyn;
      case 'and':
      case 'or':
        for (const operand of node.operands) expect(operand, typeOf(operand), bool);
        return bool;
      case 'not':
        expect(node.operand, typeOf(node.operand), bool);
        return bool;
      case 'negate': {
        const operand = resolved(typeOf(node.operand));
        if (['int', 'double', 'dyn'].includes(operand.kind)) return operand;
        const found = bindings.format(operand);
        return report(node, 'wrong_operands', `There is no -${found}`, { expected: 'int or double', found });
      }
      case 'conditional': {
        expect(node.test, typeOf(node.test), bool);
        const whenTrue = typeOf(node.whenTrue);
        const whenFalse = typeOf(node.whenFalse);
        const both = bindings.join(whenTrue, whenFalse);
        if (both !== undefined) return both;
        expect(node.whenFalse, whenFalse, whenTrue);
        return dyn;
      }
      case 'binary':
        return binary(node);
      case 'select':
        return field(node, node.optional);
      case 'has':
        field(node, true);
        return bool;
      case 'index':
        return index(node);
      case 'list':
        return {
          kind: 'list',
          element: common(node.items.map((item) => element(item.value, item.optional))),
        };
      case 'map': {
        const keys = node.entries.map(({ key }) => ({ key, type: resolved(typeOf(key)) }));
        for (const { key, type } of keys) {
          if (!['string', 'int', 'uint', 'bool', 'dyn'].includes(type.kind)) {
            const found = bindings.format(type);
            report(key, 'wrong_type', `A ${found} cannot be a key`, {
              expected: 'string, int, uint or bool',
              found,
            });
          }
        }
        const values = node.entries.map(({ value, optional }) => element(value, optional));
        return { kind: 'map', key: common(keys.map(({ type }) => type)), value: common(values) };
      }
      case 'call':
        return call(node);
      case 'bind':
        locals[node.slot] = typeOf(node.value);
        return typeOf(node.body);
      case 'optMap': {
        const inner = bindings.fresh();
        expect(node.operand, typeOf(node.operand), { kind: 'optional', value: inner });
        locals[node.slot] = resolved(inner);
        const body = typeOf(node.body);
        if (!node.flat) return { kind: 'optional', value: body };
        expect(node.body, body, { kind: 'optional', value: bindings.fresh() });
        return body;
      }
      case 'optOr': {
        const inner = bindings.fresh();
        expect(node.operand, typeOf(node.operand), { kind: 'optional', value: inner });
        expect(
          node.alternative,
          typeOf(node.alternative),
          node.unwraps ? inner : { kind: 'optional', value: inner },
        );
        return node.unwraps ? resolved(inner) : { kind: 'optional', value: inner };
      }
      case 'comprehension':
        return comprehension(node);
      case 'failure':
        return failure(node);
    }
  }

  function typeOfValue(value: CelValue): CelType {
    if (Array.isArray(value)) return { kind: 'list', element: common(value.map(typeOfValue)) };
    if (value instanceof CelMap || value instanceof CelOptional) return dyn;
    return { kind: kindOf(value) } as CelType;
  }

  /** The type of the elements of a literal: `dyn` where they differ. */
  function common(types: readonly CelType[]): CelType {
    let all: CelType = bindings.fresh();
    for (const type of types) all = bindings.join(all, type) ?? dyn;
    return all;
  }

  function element(value: IrNode, optional: boolean): CelType {
    const type = typeOf(value);
    if (!optional) return type;
    const inner = bindings.fresh();
    expect(value, type, { kind: 'optional', value: inner });
    return inner;
  }

  function binary(node: Form<'binary'>): CelType {
    const operands = [typeOf(node.left), typeOf(node.right)];
    const result = choose(operatorSignatures.get(node.operator) ?? [], operands);
    if (result !== undefined) return result;
    const [left = '', right = ''] = operands.map((type) => bindings.format(type));
    const expected = expectedRight(node.operator, operands[0] ?? dyn);
    const hint = left !== right && expected === left ? `; both sides must be ${left}` : '';
    return report(node, 'wrong_operands', `There is no ${left} ${node.operator} ${right}${hint}`, {
      ...(expected !== undefined && { expected: `${left} ${node.operator} ${expected}` }),
      found: `${left} ${node.operator} ${right}`,
    });
  }

  function expectedRight(operator: BinaryOperator, left: CelType): string | undefined {
    const rights = (operatorSignatures.get(operator) ?? []).flatMap((signature) => {
      const [first, second] = bindings.instantiate(signature.parameters);
      const trial = first && second && bindings.unify(first, left);
      return trial ? [bindings.format(second)] : [];
    });
    return rights.length === 0 ? undefined : [...new Set(rights)].join(' or ');
  }

  /** The result of the overloads that fit: `dyn` if several with different results do. */
  function choose(signatures: readonly Signature[], found: readonly CelType[]): CelType | undefined {
    let result: CelType | undefined;
    for (const signature of signatures) {
      const [answer, ...parameters] = bindings.instantiate([signature.result, ...signature.parameters]);
      if (answer === undefined || !bindings.unifyAll(parameters, found)) continue;
      const isOpen = found.some((type) => /\bdyn\b/.test(formatType(resolved(type))));
      const known = bindings.resolve(answer);
      if (!isOpen) return known;
      if (result !== undefined && bindings.format(result) !== bindings.format(known)) return dyn;
      result = known;
    }
    return result;
  }

  function field(node: Form<'select'> | Form<'has'>, optional: boolean): CelType {
    const operand = resolved(typeOf(node.operand));
    const isOptional = operand.kind === 'optional';
    const holder = isOptional ? resolved(operand.value) : operand;
    if (holder.kind === 'map' && bindings.unify(holder.key, string))
      return maybe(holder.value, optional || isOptional);
    if (holder.kind === 'dyn') return maybe(dyn, optional || isOptional);
    const found = bindings.format(operand);
    return report(node, 'unknown_field', `A ${found} has no field ${node.field}`, {
      expected: 'map(string, dyn)',
      found,
    });
  }

  function maybe(type: CelType, optional: boolean): CelType {
    return optional ? { kind: 'optional', value: type } : type;
  }

  function index(node: Form<'index'>): CelType {
    const operand = resolved(typeOf(node.operand));
    const position = typeOf(node.index);
    const isOptional = operand.kind === 'optional';
    const holder = isOptional ? resolved(operand.value) : operand;
    switch (holder.kind) {
      case 'list':
        expect(node.index, position, int);
        return maybe(holder.element, node.optional || isOptional);
      case 'map':
        expect(node.index, position, holder.key);
        return maybe(holder.value, node.optional || isOptional);
      case 'dyn':
        return maybe(dyn, node.optional || isOptional);
      default: {
        const found = bindings.format(operand);
        return report(node.operand, 'wrong_type', `A ${found} has no elements`, {
          expected: 'list or map',
          found,
        });
      }
    }
  }

  function call(node: Form<'call'>): CelType {
    const before = issues.length;
    const found = node.arguments.map(typeOf);
    const result = choose(node.overloads, found);
    if (issues.length > before) return result ?? dyn;
    if (result === undefined) return wrongArguments(node, found);
    const broken = constantError(node);
    return broken === undefined ? result : report(node, 'invalid_constant', broken.message);
  }

  /** The error a call answers whatever the context is. */
  function constantError(node: Form<'call'>): CelError | undefined {
    const constants = constantsOf(node.arguments);
    if (!constants.includes(undefined)) {
      const result = closureOf(node)({ attribute: () => undefined, inSegment: () => false });
      return result instanceof CelError ? result : undefined;
    }
    const made = node.overloads.map((one) =>
      one.parameters.length === constants.length ? one.specialize?.(constants) : undefined,
    );
    return made.find((run) => run instanceof CelError);
  }

  function wrongArguments(node: Form<'call'>, found: readonly CelType[]): CelType {
    const isMethod = node.style === 'method';
    const shown = (types: readonly CelType[]) => {
      const texts = types.map((type) => bindings.format(type));
      const [receiver = ''] = texts;
      return isMethod
        ? `${receiver}.${node.name}(${texts.slice(1).join(', ')})`
        : `${node.name}(${texts.join(', ')})`;
    };
    const sameCount = node.overloads.filter((one) => one.parameters.length === found.length);
    const candidates = sameCount.length > 0 ? sameCount : node.overloads;
    const expected = [...new Set(candidates.map((one) => declared(node, one)))].slice(0, 4).join(' or ');
    const [only] = sameCount;
    const wrong =
      sameCount.length === 1 && only
        ? found.findIndex((type, i) => !bindings.unify(type, bindings.instantiate(only.parameters)[i] ?? dyn))
        : -1;
    const at = node.arguments[wrong] ?? node;
    const message = `There is no ${shown(found)}; there is ${expected}`;
    return report(at, 'wrong_arguments', message, { expected, found: shown(found) });
  }

  function declared(node: Form<'call'>, { parameters }: Signature): string {
    const texts = parameters.map(formatType);
    const [receiver = ''] = texts;
    return node.style === 'method'
      ? `${receiver}.${node.name}(${texts.slice(1).join(', ')})`
      : `${node.name}(${texts.join(', ')})`;
  }

  function comprehension(node: Comprehension & Span): CelType {
    const range = resolved(typeOf(node.range));
    const [first, second] = node.slots;
    let key: CelType = dyn;
    if (range.kind === 'list') {
      key = int;
      locals[first] = second === undefined ? range.element : int;
      if (second !== undefined) locals[second] = range.element;
    } else if (range.kind === 'map') {
      key = range.key;
      locals[first] = range.key;
      if (second !== undefined) locals[second] = range.value;
    } else {
      const found = bindings.format(range);
      const message = `A ${found} is neither list nor map`;
      if (range.kind !== 'dyn') report(node.range, 'wrong_type', message, { expected: 'list or map', found });
      locals[first] = dyn;
      if (second !== undefined) locals[second] = dyn;
    }
    if (node.predicate) expect(node.predicate, typeOf(node.predicate), bool);
    const made = node.transform && typeOf(node.transform);
    if (made === undefined) return bool;
    if (node.makes === 'list') return { kind: 'list', element: made };
    if (node.makes === 'map') return { kind: 'map', key, value: made };
    const map: CelType = { kind: 'map', key: bindings.fresh(), value: bindings.fresh() };
    if (node.transform) expect(node.transform, made, map);
    return map;
  }

  function failure(node: Form<'failure'>): CelType {
    for (const operand of node.operands) typeOf(operand);
    const { unknown } = node;
    if (unknown === undefined) {
      const code = node.code === 'overflow' ? 'invalid_constant' : 'invalid_macro';
      return report(node, code, node.message);
    }
    const { what, name } = unknown;
    if (what === 'attribute') {
      const names = attributeNames(environment);
      const inside = names.filter((one) => one.startsWith(`${name}.`));
      const near = inside.length > 0 ? inside.slice(0, 5).join(', ') : suggest(name, names);
      const message =
        inside.length > 0 ? `${node.message}, but there is ${near}` : withSuggestion(node.message, near);
      return report(node, 'unknown_attribute', message, {
        ...(near !== undefined && { expected: near }),
        found: name,
      });
    }
    const other = what === 'method' ? 'function' : 'method';
    const isOther = functionNames(environment, other).includes(name);
    const near = suggest(name, functionNames(environment, what));
    const message = isOther ? `${name} is a ${other}, not a ${what}` : withSuggestion(node.message, near);
    const code = what === 'method' ? 'unknown_method' : 'unknown_function';
    return report(node, code, message, {
      ...(near !== undefined && !isOther && { expected: near }),
      found: name,
    });
  }

  function withSuggestion(message: string, near: string | undefined): string {
    return near === undefined ? message : `${message}; did you mean ${near}?`;
  }
}
