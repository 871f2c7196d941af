import { attributeType, type CelEnvironment } from './environment.ts';
import type { CelOverload } from './function.ts';
import type { IrForm, IrNode, Span } from './ir.ts';
import { findOverloads } from './library.ts';
import { declare, findLocal, type Local } from './local.ts';
import { type Macro, macroNamed, waysToWrite } from './macros.ts';
import { toInt } from './operators.ts';
import type { Syntax } from './syntax.ts';
import { CelError, type CelErrorCode, CelTypeName, type CelValue } from './value.ts';

type Call = Extract<Syntax, { kind: 'call' }>;

const typeConstants: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  'optional_type',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
  'net.IP',
  'net.CIDR',
]);

/** More parts of one `cel.block` would nest too deep. */
const maxBlock = 100;

/**
 * Gives every name its meaning: local variables first, then the longest declared attribute that begins a dotted name, then names of types.
 * What has no meaning becomes a `failure`, because CEL makes that an error of evaluation, which `||` may absorb.
 */
export function resolve(syntax: Syntax, environment: CelEnvironment): IrNode {
  return node(syntax, undefined);

  function node(syntax: Syntax, locals: Local | undefined): IrNode {
    const { start, end } = syntax;
    const inner = (child: Syntax) => node(child, locals);
    switch (syntax.kind) {
      case 'literal':
        return literal(syntax.value, syntax);
      case 'identifier':
        return name([syntax.name], syntax, locals) ?? unknown([syntax.name], syntax);
      case 'select': {
        const path = pathOf(syntax);
        const named = path && name(path, syntax, locals);
        if (named) return named;
        if (path && !hasMeaning(syntax, locals)) return unknown(path, syntax);
        return {
          kind: 'select',
          operand: inner(syntax.operand),
          field: syntax.field,
          optional: syntax.optional,
          start,
          end,
        };
      }
      case 'index': {
        const { operand, index, optional } = syntax;
        return { kind: 'index', operand: inner(operand), index: inner(index), optional, start, end };
      }
      case 'list': {
        const items = syntax.items.map(({ value, optional }) => ({ value: inner(value), optional }));
        const constants = items.flatMap(({ value, optional }) =>
          value.kind === 'constant' && !optional ? [value.value] : [],
        );
        if (constants.length === items.length) return { kind: 'constant', value: constants, start, end };
        return { kind: 'list', items, start, end };
      }
      case 'map': {
        const entries = syntax.entries.map((entry) => ({
          key: inner(entry.key),
          value: inner(entry.value),
          optional: entry.optional,
        }));
        return { kind: 'map', entries, start, end };
      }
      case 'and':
      case 'or':
        return { kind: syntax.kind, operands: syntax.operands.map(inner), start, end };
      case 'not':
      case 'negate':
        return { kind: syntax.kind, operand: inner(syntax.operand), start, end };
      case 'conditional': {
        const { test, whenTrue, whenFalse } = syntax;
        return {
          kind: 'conditional',
          test: inner(test),
          whenTrue: inner(whenTrue),
          whenFalse: inner(whenFalse),
          start,
          end,
        };
      }
      case 'binary': {
        const { operator, left, right } = syntax;
        return { kind: 'binary', operator, left: inner(left), right: inner(right), start, end };
      }
      case 'call':
        return { ...call(syntax, locals), start, end };
    }
  }

  function literal(value: CelValue, { start, end }: Span): IrNode {
    const checked = typeof value === 'bigint' ? toInt(value) : value;
    if (checked instanceof CelError) return { ...failure(checked.code, checked.message), start, end };
    return { kind: 'constant', value: checked, start, end };
  }

  /** A name that stands for something as a whole. */
  function name(path: readonly string[], syntax: Syntax, locals: Local | undefined): IrNode | undefined {
    const { start, end } = syntax;
    const local = rootOf(syntax)?.rooted ? undefined : findLocal(path[0], locals);
    if (local)
      return path.length === 1
        ? { kind: 'local', slot: local.slot, name: local.name, start, end }
        : undefined;
    const dotted = path.join('.');
    const type = attributeType(environment, dotted);
    if (type) return { kind: 'attribute', name: dotted, type, start, end };
    return typeConstants.has(dotted)
      ? { kind: 'constant', value: new CelTypeName(dotted), start, end }
      : undefined;
  }

  /** Whether a beginning of a dotted name stands for something. */
  function hasMeaning(syntax: Syntax, locals: Local | undefined): boolean {
    const path = pathOf(syntax);
    if (path === undefined) return true;
    if (name(path, syntax, locals)) return true;
    if (syntax.kind === 'select') return hasMeaning(syntax.operand, locals);
    return findLocal(path[0], locals) !== undefined;
  }

  function call(syntax: Call, locals: Local | undefined): IrForm {
    const { target, arguments: args } = syntax;
    const targetPath = target && pathOf(target);
    const inner = (child: Syntax) => node(child, locals);
    if (target === undefined || targetPath !== undefined) {
      const macro =
        target === undefined || targetPath?.[0] === 'cel'
          ? globalMacro(syntax, targetPath, locals)
          : undefined;
      if (macro) return macro;
      const isNamespace = target === undefined || !hasMeaning(target, locals);
      const full = [...(targetPath ?? []), syntax.name].join('.');
      const overloads = isNamespace ? findOverloads(environment, 'function', full) : undefined;
      if (overloads) return functionCall(full, 'function', overloads, args.map(inner));
      if (target === undefined) {
        const macro = macroNamed(syntax.name);
        return macro === undefined
          ? unknownFunction('function', full, args.map(inner))
          : wronglyWritten(syntax.name, macro);
      }
    }
    const macro = methodMacro(syntax, target, locals);
    if (macro) return macro;
    const overloads = findOverloads(environment, 'method', syntax.name);
    const all = [target, ...args].map(inner);
    return overloads
      ? functionCall(syntax.name, 'method', overloads, all)
      : unknownFunction('method', syntax.name, all);

    function functionCall(
      name: string,
      style: 'function' | 'method',
      overloads: readonly CelOverload[],
      all: readonly IrNode[],
    ): IrForm {
      return { kind: 'call', name, style, overloads, arguments: all };
    }

    function unknownFunction(what: 'function' | 'method', name: string, operands: readonly IrNode[]): IrForm {
      const message = `There is no ${what} ${name}`;
      return { ...failure('unknown_name', message, operands), unknown: { what, name } };
    }
  }

  function globalMacro(
    syntax: Call,
    path: readonly string[] | undefined,
    locals: Local | undefined,
  ): IrForm | undefined {
    const [first, second, third] = syntax.arguments;
    const count = syntax.arguments.length;
    switch ([...(path ?? []), syntax.name].join('.')) {
      case 'has':
        return first && count === 1
          ? has(first, locals)
          : failure('invalid_argument', 'has() takes one field');
      case 'inSegment':
        if (count === 1 && first?.kind === 'literal' && typeof first.value === 'string') {
          return { kind: 'segment', name: first.value };
        }
        return failure('invalid_argument', 'inSegment() takes the name of a segment as a literal text');
      case 'cel.bind': {
        const variable = first && variableOf(first);
        if (!variable || !second || !third || count !== 3) {
          return failure('invalid_argument', 'cel.bind() takes a variable, its value and an expression');
        }
        const local = declare(variable, locals);
        return {
          kind: 'bind',
          slot: local.slot,
          name: local.name,
          value: node(second, locals),
          body: node(third, local),
        };
      }
      case 'cel.block':
        if (first?.kind !== 'list' || !second || count !== 2 || first.items.length > maxBlock) {
          return failure(
            'invalid_argument',
            `cel.block() takes a list of at most ${maxBlock} expressions and an expression`,
          );
        }
        return block(
          first.items.map((item) => item.value),
          0,
          second,
          locals,
        );
      case 'cel.index': {
        const local =
          first?.kind === 'literal' && typeof first.value === 'bigint'
            ? findLocal(`@index${first.value}`, locals)
            : undefined;
        return local
          ? { kind: 'local', slot: local.slot, name: local.name }
          : failure('unknown_name', 'No such index of a block');
      }
    }
    return undefined;
  }

  function block(parts: readonly Syntax[], index: number, body: Syntax, locals: Local | undefined): IrForm {
    const part = parts[index];
    if (part === undefined) return node(body, locals);
    const local = declare(`@index${index}`, locals);
    const rest = { ...block(parts, index + 1, body, local), start: body.start, end: body.end };
    return { kind: 'bind', slot: local.slot, name: local.name, value: node(part, locals), body: rest };
  }

  function has(field: Syntax, locals: Local | undefined): IrForm {
    if (field.kind !== 'select')
      return failure('invalid_argument', 'has() takes a field, such as has(user.tier)');
    const path = pathOf(field);
    const named = path && name(path, field, locals);
    if (named?.kind === 'attribute') return { kind: 'hasAttribute', name: named.name, type: named.type };
    if (path && !hasMeaning(field, locals)) return unknown(path, field);
    return { kind: 'has', operand: node(field.operand, locals), field: field.field };
  }

  function methodMacro(syntax: Call, target: Syntax, locals: Local | undefined): IrForm | undefined {
    const args = syntax.arguments;
    const [first, second] = args;
    if ((syntax.name === 'optMap' || syntax.name === 'optFlatMap') && first && second && args.length === 2) {
      const variable = variableOf(first);
      if (!variable)
        return failure('invalid_argument', `${syntax.name}() takes a variable and an expression`);
      const local = declare(variable, locals);
      const flat = syntax.name === 'optFlatMap';
      const body = node(second, local);
      return { kind: 'optMap', slot: local.slot, name: variable, operand: node(target, locals), body, flat };
    }
    if ((syntax.name === 'or' || syntax.name === 'orValue') && first && args.length === 1) {
      const unwraps = syntax.name === 'orValue';
      return { kind: 'optOr', operand: node(target, locals), alternative: node(first, locals), unwraps };
    }
    const macro = macroNamed(syntax.name);
    if (macro === undefined) return undefined;
    const form = macro.forms[args.length];
    if (form === undefined) {
      // A function of code may have the macro's name with another number of arguments.
      if (findOverloads(environment, 'method', syntax.name) !== undefined) return undefined;
      return wronglyWritten(syntax.name, macro);
    }
    const [count, filtered] = form;
    const [one, two] = args.slice(0, count).map(variableOf);
    if (one === undefined || (count === 2 && (two === undefined || one === two))) {
      return failure(
        'invalid_argument',
        `${syntax.name}() takes ${count === 1 ? 'a name' : 'two different names'} first`,
      );
    }
    const firstLocal = declare(one, locals);
    const secondLocal = two === undefined ? undefined : declare(two, firstLocal);
    const inside = secondLocal ?? firstLocal;
    const rest = args.slice(count).map((argument) => node(argument, inside));
    const predicate = filtered ? rest.shift() : undefined;
    // `filter` keeps the element itself.
    const element: IrNode = {
      kind: 'local',
      slot: firstLocal.slot,
      name: one,
      start: target.start,
      end: target.end,
    };
    const makesValues = macro.makes === 'list' || macro.makes === 'map' || macro.makes === 'entries';
    return {
      kind: 'comprehension',
      makes: macro.makes,
      range: node(target, locals),
      slots: [firstLocal.slot, secondLocal?.slot],
      names: [one, two],
      predicate,
      transform: makesValues ? (rest[0] ?? element) : undefined,
    };
  }
}

function failure(
  code: CelErrorCode,
  message: string,
  operands: readonly IrNode[] = [],
): Extract<IrForm, { kind: 'failure' }> {
  return { kind: 'failure', code, message, operands };
}

function wronglyWritten(name: string, macro: Macro): IrForm {
  return failure('invalid_argument', `${name}() is written ${waysToWrite(name, macro)}`);
}

function unknown(path: readonly string[], at: Span): IrNode {
  const name = path.join('.');
  const { start, end } = at;
  return {
    ...failure('unknown_name', `There is no attribute ${name}`),
    unknown: { what: 'attribute', name },
    start,
    end,
  };
}

/** The parts of `a.b.c`, or undefined if the expression is anything else. */
function pathOf(syntax: Syntax): readonly string[] | undefined {
  if (syntax.kind === 'identifier') return [syntax.name];
  if (syntax.kind !== 'select' || syntax.optional || syntax.detached) return undefined;
  const path = pathOf(syntax.operand);
  return path && [...path, syntax.field];
}

function rootOf(syntax: Syntax): Extract<Syntax, { kind: 'identifier' }> | undefined {
  if (syntax.kind === 'identifier') return syntax;
  return syntax.kind === 'select' ? rootOf(syntax.operand) : undefined;
}

function variableOf(syntax: Syntax): string | undefined {
  return syntax.kind === 'identifier' && !syntax.rooted ? syntax.name : undefined;
}
