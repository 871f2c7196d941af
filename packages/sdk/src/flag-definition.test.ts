import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineFlag } from './flag-definition.ts';
import type { FlagHandle } from './flag-handle.ts';
import type { Ombre } from './ombre.ts';

describe('a flag declared beside code', () => {
  test('has the type of its variants, whichever of them it serves', () => {
    const price = defineFlag({ key: 'price-engine', variants: { v1: 'old', v2: 'new' }, default: 'v1' });
    expectTypeOf(price.default).toEqualTypeOf<string>();
    expect(price).toEqual({ key: 'price-engine', type: 'string', default: 'old' });

    const limits = defineFlag({
      key: 'limits',
      variants: { low: { rps: 1, burst: true }, high: { rps: 9, burst: false } },
      default: 'low',
    });
    expectTypeOf(limits.default.rps).toEqualTypeOf<number>();
    expectTypeOf(limits.default.burst).toEqualTypeOf<boolean>();
    expect(limits.type).toBe('object');
  });

  test('has the type it names, and an object the shape of its default', () => {
    expectTypeOf(defineFlag({ key: 'a', type: 'boolean', default: false }).default).toEqualTypeOf<boolean>();
    expectTypeOf(defineFlag({ key: 'a', type: 'number', default: 3 }).default).toEqualTypeOf<number>();
    expectTypeOf(defineFlag({ key: 'a', type: 'string', default: 'x' }).default).toEqualTypeOf<string>();
    const shaped = defineFlag({ key: 'a', type: 'object', default: { url: 'x', retries: 2 } });
    expectTypeOf(shaped.default.url).toEqualTypeOf<string>();
    expectTypeOf(shaped.default.retries).toEqualTypeOf<number>();
  });

  test('does not compile with a default of another type', () => {
    // @ts-expect-error: a text for a boolean
    defineFlag({ key: 'a', type: 'boolean', default: 'yes' });
    // @ts-expect-error: a number for a string
    defineFlag({ key: 'a', type: 'string', default: 1 });
    // @ts-expect-error: nothing at all
    defineFlag({ key: 'a', type: 'number' });
    // @ts-expect-error: no such type
    defineFlag({ key: 'a', type: 'integer', default: 1 });
  });

  test('does not compile with a variant it does not have, and does not run either', () => {
    expect(() => {
      // @ts-expect-error: there is no v3
      defineFlag({ key: 'a', variants: { v1: 1, v2: 2 }, default: 'v3' });
    }).toThrow('a has no variant v3');
    // @ts-expect-error: either variants or a type
    defineFlag({ key: 'a', variants: { v1: 1 }, type: 'number', default: 'v1' });
  });

  test('gives a handle of its type', () => {
    const check = (ombre: Ombre) => {
      const price = ombre.flag(defineFlag({ key: 'p', variants: { v1: 'old', v2: 'new' }, default: 'v1' }));
      expectTypeOf(price).toEqualTypeOf<FlagHandle<string>>();
      expectTypeOf(price({})).toEqualTypeOf<string>();
      // @ts-expect-error: the value is a string
      const number: number = price({ targetingKey: 'u1' });
      return number;
    };
    expectTypeOf(check).toBeFunction();
  });
});
