import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../explain/explain.ts';
import type { Context } from './bound.ts';
import { snapshotOf } from './environment.suite.ts';
import { bind, evaluate } from './evaluate.ts';
import { context, environment, now, vocabularies } from './random-environment.suite.ts';

const names = [
  'user.name',
  'user.list',
  'user.map',
  'user.any',
  'plain',
  '__proto__',
  'constructor',
  'toString',
];
const types = ['string', 'list(string)', 'map(string, dyn)', 'dyn', 'int', 'string', 'dyn', 'dyn'];
const rules = [
  ...names.map((name, i) => ({ id: `has-${i}`, when: `has(user.name) && ${name} == ${name}` })),
  { id: 'list', when: 'user.list.exists(x, x == "a")' },
  { id: 'map', when: 'user.map["a"] == "b"' },
  { id: 'constructor', when: 'type(constructor) == map' },
];
const snapshot = snapshotOf({
  'Vocabulary/v': { attributes: Object.fromEntries(names.map((name, i) => [name, { type: types[i] }])) },
  'Flag/f': {
    type: 'boolean',
    variants: { on: true, off: false },
    default: 'off',
    off: 'off',
    rules: [
      ...rules.map((rule) => ({ ...rule, serve: { variant: 'on' } })),
      { id: 'deny', when: 'plain > 7', action: { deny: true }, serve: { variant: 'off' } },
      { id: 'half', serve: { share: 0.5, variant: 'on' } },
    ],
  },
});

/** The outcome, the same by both interpreters; anything thrown fails the test. */
function ask(context: unknown) {
  const bound = bind(snapshot, context as Context, 0);
  const outcome = evaluate(bound, 'f');
  expect(explain(bound, 'f').outcome).toEqual(outcome);
  return outcome;
}

/** A proxy whose every trap throws. */
function nasty(): object {
  const traps = new Proxy(
    {},
    {
      get: () => () => {
        throw new Error('trapped');
      },
    },
  );
  return new Proxy({}, traps);
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('a hostile context has a defined outcome', () => {
  test('nothing at all, and what is no object', () => {
    for (const context of [undefined, null, 7, 'text', true, Symbol('s'), [], () => {}, new Date(Number.NaN)])
      expect(ask(context)).toMatchObject({ rule: 'deny', action: { deny: true } });
  });

  test('getters and proxies that throw', () => {
    const throwing = {
      get plain(): number {
        throw new Error('got');
      },
      get targetingKey(): string {
        throw new Error('got');
      },
    };
    for (const context of [
      throwing,
      nasty(),
      revoked(),
      { user: nasty() },
      { user: { map: nasty(), list: revoked() } },
    ])
      expect(ask(context)).toMatchObject({ rule: 'deny' });
  });

  test('cycles', () => {
    const cyclic: Record<string, unknown> = { name: 'n' };
    cyclic.map = cyclic;
    cyclic.any = cyclic;
    cyclic.list = [cyclic];
    expect(ask({ user: cyclic, plain: 1, targetingKey: 'u' }).error).toBeUndefined();
  });

  test('depth and size', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 100_000; i++) deep = { deep };
    const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i]));
    const long = Array.from({ length: 200_000 }, () => 'b');
    for (const value of [deep, wide, long, 'y'.repeat(5_000_000)])
      expect(
        ask({ user: { name: 'n', any: value, map: value, list: value }, plain: 1, targetingKey: 'u' }).error,
      ).toBeUndefined();
    expect(ask({ ...wide, plain: 8, targetingKey: 'y'.repeat(1_000_000) }).rule).toBe('deny');
  });

  test('names of the prototype are attributes like others, and only when they are own', () => {
    expect(ask({ plain: 1, targetingKey: 'u', user: { name: 'n' } }).rule).not.toMatch(
      /has-[567]|constructor/,
    );
    const own = JSON.parse(
      '{"__proto__": {"a": 1}, "plain": 1, "user": {"__proto__": {"name": "n"}}}',
    ) as Context;
    expect(ask(own).rule).toBeUndefined();
    const named = JSON.parse(
      '{"__proto__": {"a": 1}, "plain": 1, "user.name": "n", "constructor": {"a": 1}}',
    ) as Context;
    expect(ask(named).rule).toBe('has-0');
    expect(Object.prototype).not.toHaveProperty('a');
  });

  test('what is inherited or polluted is not read', () => {
    class Request {
      get plain(): number {
        return 8;
      }
    }
    expect(ask(Object.assign(Object.create({ plain: 1, targetingKey: 'u' }), {})).rule).toBe('deny');
    expect(ask(new Request())).toMatchObject({ rule: 'deny' });
    const pollution = Object.prototype as { plain?: number };
    try {
      pollution.plain = 1;
      expect(ask({ targetingKey: 'u' })).toMatchObject({ rule: 'deny' });
    } finally {
      delete pollution.plain;
    }
  });

  test('whatever it is: nothing throws', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          fc.record({ user: anything, plain: anything, targetingKey: anything }, { requiredKeys: [] }),
        ),
        (context) => {
          expect(ask(context).flag).toBe('f');
        },
      ),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(environment, context, fc.anything(), now, (bodies, given, value, at) => {
        const bound = bind(snapshotOf(bodies, { vocabularies }), { ...given, user: value }, at);
        expect(explain(bound, 'f').outcome).toEqual(evaluate(bound, 'f'));
      }),
      { numRuns: 200 },
    );
  });
});
