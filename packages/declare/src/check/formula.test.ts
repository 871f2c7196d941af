import { bind, evaluate } from '@ombre/decide';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trialSnapshot } from '../trial-snapshot.ts';
import { contradiction, formulaOf, implies } from './formula.ts';

const atom = fc.constantFrom(
  'a == "x"',
  '"y" == a',
  "a != 'x'",
  'a in ["x", "y"]',
  'a in ["y", "z"]',
  'a in []',
  '!(a == "x")',
  'b == "x"',
  'b != "y"',
  'n == 1',
  'n in [1, 2]',
  'n == 2',
  'n > 1',
  'a == b',
  'a == "x" ? b == "x" : n == 1',
  'a.startsWith("x")',
);
const { condition } = fc.letrec<{ condition: string; part: string }>((tie) => ({
  part: fc.oneof(
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: (tie('condition') as Arbitrary<string>).map((one) => `(${one})`) },
  ),
  condition: fc
    .tuple(
      fc.array(tie('part') as Arbitrary<string>, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(' && ', ' || '),
    )
    .map(([parts, operator]) => parts.join(operator)),
}));

const values = { a: [undefined, 'x', 'y', 'z'], b: [undefined, 'x', 'y'], n: [undefined, 0, 1, 2] } as const;
const contexts = values.a.flatMap((a) =>
  values.b.flatMap((b) => values.n.map((n) => JSON.parse(JSON.stringify({ a, b, n })))),
);

/** The contexts in which the engine finds a condition true. */
function truths(when: string): ReadonlySet<number> {
  const attributes = { a: { type: 'string' }, b: { type: 'string' }, n: { type: 'int' } };
  const rules = [{ id: 'asked', when, serve: { variant: 'yes' } }];
  const flag = { type: 'boolean', variants: { yes: true, no: false }, default: 'no', off: 'no', rules };
  const snapshot = trialSnapshot(
    [
      { kind: 'Vocabulary', name: 'v', body: { attributes } },
      { kind: 'Flag', name: 'asked', body: flag },
    ],
    [],
  );
  return new Set(
    contexts.flatMap((context, at) =>
      evaluate(bind(snapshot, context, 0), 'asked').value === true ? [at] : [],
    ),
  );
}

describe('what is seen by reading conditions', () => {
  test('an implication seen holds in every context, also where attributes are missing', () => {
    let seen = 0;
    fc.assert(
      fc.property(condition, condition, (later, earlier) => {
        if (!implies(formulaOf(later), formulaOf(earlier))) return;
        seen++;
        const wide = truths(earlier);
        for (const at of truths(later)) expect(wide, `${later} => ${earlier}`).toContain(at);
      }),
      // The same draws each time: what they come to is counted below.
      { numRuns: 2000, seed: 1 },
    );
    expect(seen).toBeGreaterThan(20);
  });

  test('a contradiction seen is true in no context', () => {
    let seen = 0;
    fc.assert(
      fc.property(condition, (text) => {
        if (contradiction(formulaOf(text)) === undefined) return;
        seen++;
        expect([...truths(text)], text).toEqual([]);
      }),
      // The same draws each time: what they come to is counted below.
      { numRuns: 2000, seed: 1 },
    );
    expect(seen).toBeGreaterThan(20);
  });

  test.each([
    ['a == "x" && b == "y"', 'a == "x"'],
    ['a == "x"', 'a == "x" || b == "y"'],
    ['(a == "x")', "'x' == a"],
    ['a == "x"', 'a in ["x", "y"]'],
    ['n == 1', 'n in [1.0, 2]'],
    ['b == "y" && a in ["x"]', 'a in ["y", "x"] && b == "y"'],
    ['a == "x" || a == "y"', 'a in ["x", "y", "z"]'],
    ['a == "x"', 'a != "y"'],
  ])('%s is seen to imply %s', (later, earlier) => {
    // The last is true as well, but not worth the code.
    expect(implies(formulaOf(later), formulaOf(earlier))).toBe(earlier !== 'a != "y"');
  });

  test.each([
    ['a == "x" && a == "y"', 'a cannot be both "x" and "y"'],
    ['a in ["x", "y"] && (b == "x" && a != "x" && a == "z")', 'a cannot be both "x" or "y" and "z"'],
    ['n == 1 && n != 1', 'n cannot be both 1 and other than 1'],
  ])('%s is seen to be impossible', (text, why) => {
    expect(contradiction(formulaOf(text))).toBe(why);
  });
});
