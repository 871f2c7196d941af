import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addEntry } from './access.ts';
import { checkExpression } from './check.ts';
import { toClosure } from './closure.ts';
import type { CelEnvironment } from './environment.ts';
import { typeName } from './function.ts';
import { decodeBase64 } from './functions/encoders.ts';
import { equals } from './operators.ts';
import { compileProgram } from './program.ts';
import { type CelType, formatType } from './type.ts';
import { type CanonicalKey, CelError, CelMap, CelTypeName, CelUint, type CelValue } from './value.ts';

/** Cases of the CEL project's own suite; how many of those in scope pass may only grow. */
const file = '../shared/conformance/cel.jsonl';
const floor = 1095;

interface Case {
  readonly id: string;
  readonly file: string;
  readonly expr: string;
  readonly bindings?: Record<string, { value: unknown }>;
  readonly type_env?: readonly { readonly name: string; readonly ident: { readonly type: unknown } }[];
  readonly value?: unknown;
  readonly typed_result?: { readonly result?: unknown; readonly deduced_type?: unknown };
  readonly eval_error?: unknown;
  readonly container?: string;
  readonly disable_check?: boolean;
  readonly check_only?: boolean;
}

/** Why a case is left out; undefined for a case in scope. */
function excluded(one: Case): string | undefined {
  if (one.container !== undefined) return 'sets a container, which rules have not';
  const isMessage = (one.type_env ?? []).some(({ ident }) =>
    Object.hasOwn(ident.type as object, 'message_type'),
  );
  if (isMessage) return 'a variable is a protobuf message';
  // `google.protobuf.Duration` alone is the name of a type, which rules have.
  const makes = /google\.protobuf\.\w+\s*\{|TestAllTypes/.test(one.expr);
  return makes ? 'the expression makes a protobuf message' : undefined;
}

type Tagged = Record<string, never>;

function fromTagged(json: unknown): CelValue {
  const [[kind, raw]] = Object.entries(json as Tagged) as unknown as [[string, never]];
  switch (kind) {
    case 'int64_value':
      return BigInt(raw);
    case 'uint64_value':
      return new CelUint(BigInt(raw));
    case 'double_value':
      return Number(raw);
    case 'bytes_value':
      return decodeBase64(raw) as Uint8Array;
    case 'type_value':
      return new CelTypeName(raw);
    case 'list_value':
      return ((raw as { values?: unknown[] }).values ?? []).map(fromTagged);
    case 'map_value': {
      const entries = new Map<CanonicalKey, readonly [CelValue, CelValue]>();
      for (const { key, value } of (raw as { entries?: { key: unknown; value: unknown }[] }).entries ?? []) {
        addEntry(entries, fromTagged(key), fromTagged(value));
      }
      return new CelMap(entries);
    }
    default:
      return raw;
  }
}

function typeOf(json: unknown): CelType {
  const type = json as Record<string, string> & {
    list_type?: { elem_type?: unknown };
    map_type?: { key_type: unknown; value_type: unknown };
  };
  if (type.primitive !== undefined) {
    return { kind: type.primitive.toLowerCase().replace('64', '') as 'string' };
  }
  if (type.list_type) return { kind: 'list', element: typeOf(type.list_type.elem_type ?? {}) };
  if (type.map_type) {
    return { kind: 'map', key: typeOf(type.map_type.key_type), value: typeOf(type.map_type.value_type) };
  }
  return { kind: 'null' in type ? 'null' : 'dyn' };
}

function environmentOf(one: Case): CelEnvironment {
  return { attributes: new Map((one.type_env ?? []).map(({ name, ident }) => [name, typeOf(ident.type)])) };
}

/** Undefined if the case passes, otherwise what came out. */
function failureOf(one: Case): string | undefined {
  const bindings = new Map(
    Object.entries(one.bindings ?? {}).map(([name, { value }]) => [name, fromTagged(value)]),
  );
  const program = compileProgram(one.expr, environmentOf(one));
  const result = toClosure(program)({ attribute: (name) => bindings.get(name), inSegment: () => false });
  if (one.eval_error !== undefined) {
    return result instanceof CelError ? undefined : `a value instead of an error: ${typeName(result)}`;
  }
  if (result instanceof CelError) return `${result.code}: ${result.message}`;
  const expected = fromTagged(one.typed_result?.result ?? one.value ?? { bool_value: true });
  const same = typeof expected === 'number' && Number.isNaN(expected) && Number.isNaN(result);
  if (same || (typeName(expected) === typeName(result) && equals(expected, result, { steps: 1e6 })))
    return undefined;
  return `another value: a ${typeName(result)} for a ${typeName(expected)}`;
}

const absent = !existsSync(file);
const cases = absent
  ? []
  : readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line): Case => JSON.parse(line));
const inScope = cases.filter((one) => excluded(one) === undefined);

describe.skipIf(absent)('the conformance suite of CEL', () => {
  test('passes every case in scope, and no fewer than before', () => {
    const failures = inScope.flatMap((one) => {
      const failure = failureOf(one);
      return failure === undefined ? [] : [`${one.id} ${one.expr}\n    ${failure}`];
    });
    const passed = inScope.length - failures.length;
    console.log(
      `cel: ${passed} of ${inScope.length} in scope (${((100 * passed) / inScope.length).toFixed(2)} %)`,
    );
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThanOrEqual(floor);
  });

  test('is accepted by the checker wherever the suite has it checked, with the types it deduces', () => {
    const wide = { nodes: 10_000, callDepth: 100, cost: 1e9 };
    const checked = inScope.filter((one) => one.disable_check !== true && one.eval_error === undefined);
    const refused = checked.flatMap((one) => {
      const result = checkExpression(one.expr, environmentOf(one), undefined, wide);
      if (!result.ok) return [`${one.id} ${one.expr}\n    ${result.issues[0]?.message}`];
      const deduced = one.typed_result?.deduced_type;
      const differs = deduced !== undefined && formatType(result.type) !== formatType(typeOf(deduced));
      return differs ? [`${one.id} ${one.expr}\n    ${formatType(result.type)}`] : [];
    });
    console.log(
      `cel: ${checked.length - refused.length} of ${checked.length} valid cases pass the type check`,
    );
    expect(refused).toEqual([]);
  });

  test('leaves out only what rules cannot say, by name', () => {
    const reasons = new Map<string, string[]>();
    for (const one of cases) {
      const reason = excluded(one);
      if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), one.id]);
    }
    for (const [reason, ids] of reasons)
      console.log(`cel: left out ${ids.length}, ${reason}: ${ids.join(' ')}`);
    expect(reasons.size).toBeLessThanOrEqual(3);
    expect(cases.length - [...reasons.values()].flat().length).toBe(inScope.length);
  });
});
