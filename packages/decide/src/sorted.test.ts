import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortedInSteps } from './sorted.ts';
import { finish } from './steps.ts';

test('texts sorted in steps are in the order of sorting them at once', () => {
  const texts = fc.array(fc.string({ maxLength: 3 }), { maxLength: 5_000, size: 'max' });
  fc.assert(
    fc.property(texts, (list) => {
      expect(finish(sortedInSteps(list))).toEqual([...list].sort());
    }),
    { numRuns: 20 },
  );
});

test('ten thousand texts are sorted with pauses', () => {
  const steps = sortedInSteps(Array.from({ length: 10_000 }, (_, i) => `flag-${(i * 7919) % 10_000}`));
  let pauses = 0;
  while (steps.next().done !== true) pauses++;
  expect(pauses).toBeGreaterThan(10);
});
