import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Closure, closureOf, type Scope, toClosure } from './closure.ts';
import { type Emitter, emitFalse, emitTrue } from './emit.ts';
import type { CelEnvironment } from './environment.ts';
import type { IrNode } from './ir.ts';
import { equals } from './operators.ts';
import { compileProgram, type Program } from './program.ts';
import { fromSlot, type Slot, toSlot } from './slot.ts';
import { traceProgram } from './trace.ts';
import { type CelType, parseType } from './type.ts';
import { CelError, type CelValue } from './value.ts';

const types: Readonly<Record<string, string>> = {
  s: 'string',
  t: 'string',
  i: 'int',
  j: 'int',
  u: 'uint',
  d: 'double',
  b: 'bool',
  'x.any': 'dyn',
  tags: 'list(string)',
  numbers: 'list(int)',
  props: 'map(string, dyn)',
  at: 'timestamp',
};
const environment: CelEnvironment = {
  attributes: new Map(Object.entries(types).map(([name, type]) => [name, parseType(type) as CelType])),
};

/** Generated code as the engine makes it: one predicate, slots and constants as arguments. */
function emitted(
  program: Program,
  truth: boolean,
): (slots: ReadonlyMap<string, Slot>, scope: Scope) => boolean {
  const constants: unknown[] = [];
  const parameter = (value: unknown) => `k${constants.push(value) - 1}`;
  const emitter: Emitter = {
    read: (attribute) => `a${program.reads.indexOf(attribute)}`,
    constant: parameter,
    segment: (name, member) => `(scope.inSegment(${parameter(name)}) === ${member})`,
    closure: (node: IrNode) => `${parameter(closureOf(node) satisfies Closure)}(scope)`,
  };
  const body = (truth ? emitTrue : emitFalse)(program.ir, emitter);
  const names = [...program.reads.map((_, i) => `a${i}`), 'scope', ...constants.map((_, i) => `k${i}`)];
  const run = new Function(...names, `'use strict'; return ${body};`) as (...values: unknown[]) => boolean;
  return (slots, scope) => run(...program.reads.map((name) => slots.get(name)), scope, ...constants);
}

const atom = fc.constantFrom(
  's',
  't',
  'i',
  'j',
  'u',
  'd',
  'b',
  'x.any',
  'tags',
  'numbers',
  'props',
  'props.k',
  'at',
  '"a"',
  '""',
  '"ab"',
  '1',
  '0',
  '-3',
  '9007199254740993',
  '2u',
  '1.5',
  '1.0',
  '-0.0',
  'double("NaN")',
  'true',
  'false',
  'null',
  '["a", "b"]',
  '[1, 2, 3]',
  '[1.0, 1.5]',
  '[true]',
  '[]',
  '[9007199254740993, 1]',
  '["a", 1]',
  '{"k": 1}',
  'timestamp("2026-01-01T00:00:00Z")',
);
const flat = fc.constantFrom(
  'b',
  'has(x.any)',
  'has(props.k)',
  'inSegment("in")',
  'inSegment("out")',
  'inSegment("unclear")',
  'true',
  'nobody',
  's.matches("a+")',
  'tags.exists(e, e == s)',
);
const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', 'in');
const arithmetic = fc.constantFrom('+', '-', '*', '/', '%');

/** Conditions as rules have them: kinds that fit. */
const text = fc.constantFrom('s', 't', 'x.any', '"a"', '"ab"', 'null');
const scalar = fc.constantFrom(
  'i',
  'j',
  'u',
  'd',
  '1',
  '-3',
  '0',
  '1.5',
  '2u',
  '9007199254740993',
  '1152921504606846976',
);
const whole = fc.constantFrom('i', 'j', '1', '-3', '9007199254740991');
const number = fc.oneof(
  scalar,
  fc.tuple(whole, arithmetic, whole).map((parts) => parts.join(' ')),
  fc.tuple(whole, arithmetic, whole, arithmetic, whole).map((parts) => parts.join(' ')),
  fc
    .tuple(fc.constantFrom('d', '1.5', '0.0'), arithmetic, fc.constantFrom('d', '-2.5'))
    .map((parts) => parts.join(' ')),
);
const equality = fc.constantFrom('==', '!=');
const fitting = fc.oneof(
  fc.tuple(text, equality, text).map((parts) => parts.join(' ')),
  fc.tuple(number, operator, number).map((parts) => parts.join(' ')),
  fc
    .tuple(
      fc.constantFrom('s', 't', 'x.any', '"a"'),
      fc.constantFrom('["a", "b"]', '["a", 1]', 'tags', 'numbers'),
    )
    .map((parts) => parts.join(' in ')),
  fc
    .tuple(
      scalar,
      fc.constantFrom('[1, 2, -3]', '[1.5, 2u]', '[1152921504606846976]', '[1, "a"]', 'numbers', 'tags'),
    )
    .map((parts) => parts.join(' in ')),
  fc
    .tuple(fc.constantFrom('b', 'x.any', 'i'), equality, fc.constantFrom('b', 'true', 'x.any', '"a"'))
    .map((parts) => parts.join(' ')),
);

const { expression } = fc.letrec<{ expression: string; value: string; test: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc.tuple(tie('value'), arithmetic, tie('value')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('test'), tie('value'), tie('value')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    tie('value').map((a) => `-(${a})`),
  ),
  test: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: fitting, weight: 8 },
    flat,
    fc.tuple(tie('value'), operator, tie('value')).map(([a, op, b]) => `${a} ${op} ${b}`),
    fc
      .tuple(tie('value'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('value'))
      .map(([a, f, b]) => `(${a}).${f}(${b})`),
    tie('value'),
  ),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('test'),
    fc
      .tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie('expression').map((a) => `!(${a})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
}));

const leaves: readonly unknown[] = [
  undefined,
  undefined,
  null,
  '',
  'a',
  'ab',
  'b',
  0,
  -0,
  1,
  2,
  -3,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.MAX_SAFE_INTEGER,
  -Number.MAX_SAFE_INTEGER,
  2 ** 60,
  1n,
  2n ** 60n,
  true,
  false,
  ['a'],
  ['a', 1],
  [1, 2],
  [],
  { k: 1 },
  { k: 'a' },
  { __proto__: null },
  '2026-01-01T00:00:00Z',
  new Date(0),
  () => 1,
];
const leaf = fc.constantFrom(...leaves);
const context = fc.record(Object.fromEntries(Object.keys(types).map((name) => [name, leaf])));

function scopeOf(slots: ReadonlyMap<string, Slot>): Scope {
  return {
    attribute: (name) => {
      const slot = slots.get(name);
      return slot === undefined ? undefined : fromSlot(slot, environment.attributes.get(name) as CelType);
    },
    inSegment: (name) => (name === 'unclear' ? new CelError('missing', 'unclear') : name === 'in'),
  };
}

function slotsOf(values: Readonly<Record<string, unknown>>): ReadonlyMap<string, Slot> {
  const slots = new Map<string, Slot>();
  for (const [name, type] of environment.attributes) {
    const slot = toSlot(values[name], type);
    if (slot !== undefined) slots.set(name, slot);
  }
  return slots;
}

function alike(a: CelValue | CelError, b: CelValue | CelError): boolean {
  if (a instanceof CelError || b instanceof CelError)
    return a instanceof CelError && b instanceof CelError && a.code === b.code;
  return Object.is(a, b) || equals(a, b, { steps: 1e6 }) || (Number.isNaN(a) && Number.isNaN(b));
}

function expectAgreement(source: string, contexts: readonly Readonly<Record<string, unknown>>[]): void {
  const program = compileProgram(source, environment);
  const closure = toClosure(program);
  const isTrue = emitted(program, true);
  const isFalse = emitted(program, false);
  for (const values of contexts) {
    const slots = slotsOf(values);
    const scope = scopeOf(slots);
    const value = closure(scope);
    expect(isTrue(slots, scope), source).toBe(value === true);
    expect(isFalse(slots, scope), source).toBe(value === false);
    expect(alike(traceProgram(program, scope).outcome, value), source).toBe(true);
  }
}

describe('the compilers of one expression', () => {
  test('agree on every context, wrongly typed ones included', () => {
    fc.assert(fc.property(expression, fc.array(context, { minLength: 1, maxLength: 8 }), expectAgreement), {
      numRuns: 2000,
    });
  });

  test.each([
    'x.any == 1',
    'x.any != "a"',
    'x.any in [1, 1.5]',
    'x.any in ["a", true]',
    'd in [1152921504606846976]',
    'd == 1152921504606846976',
    'd < 9007199254740993',
    'i in [1.0, 1152921504606846976]',
    'i + j > 9007199254740991',
    'i * j != 0',
    '-i % 2 == 0',
    'u - 1u < u',
    '!(d >= 0.0 - d)',
    's in tags && !("b" in tags)',
  ])('agree on %s for every value of a context', (source) => {
    const contexts = leaves.flatMap((value) =>
      leaves.map((other) => ({
        'x.any': value,
        d: value,
        i: value,
        u: value,
        s: value,
        j: other,
        tags: other,
      })),
    );
    expectAgreement(source, contexts);
  });

  test('put no text of the source into generated code', () => {
    const source = 's == "\\u0027); evil(" || props.`a"b` == s || s in ["x\\u0022]"] || inSegment("q\\"q")';
    const program = compileProgram(source, environment);
    const emitter: Emitter = {
      read: () => 'a',
      constant: () => 'k',
      segment: () => 'm',
      closure: () => 'c(scope)',
    };
    expect(emitTrue(program.ir, emitter)).toMatch(/^[\w\s()!=|&.]+$/);
  });

  test('do not double their text at each nested condition', () => {
    let source = 'b';
    for (let i = 0; i < 40; i++) source = `(${source} ? b : !b)`;
    const emitter: Emitter = {
      read: () => 'a',
      constant: () => 'k',
      segment: () => 'm',
      closure: () => 'c(scope)',
    };
    expect(emitTrue(compileProgram(source, environment).ir, emitter).length).toBeLessThan(10_000);
  });
});
