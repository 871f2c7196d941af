import { expect, test } from 'vitest';
import { differenceInDifferences } from './difference-in-differences.ts';

/** 64 sub-buckets of 100 trials, with events dealt out so that they differ a little and add up. */
function sums(rate: number, spread = 1) {
  const numerator = Array.from({ length: 64 }, (_, k) => rate * 100 + (k % 2 === 0 ? spread : -spread));
  return { numerator, denominator: Array.from({ length: 64 }, () => 100) };
}

/** Card & Krueger (1994), table 3: employment in New Jersey 20.44 → 21.03, in Pennsylvania 23.33 → 21.17; the difference is 2.75 or 2.76. */
test('answers the textbook’s difference of differences', () => {
  const treated = { before: sums(0.2044), now: sums(0.2103) };
  const others = { before: sums(0.2333), now: sums(0.2117) };
  const found = differenceInDifferences(treated, others);
  // By ratio New Jersey would have had 20.44 · 21.17 / 23.33 = 18.55, by difference 18.28: the larger one is expected.
  expect(found.refused).toBeUndefined();
  if (found.refused) return;
  expect(found.expected).toBeCloseTo(0.1855, 4);
  expect(found.estimate).toBeCloseTo(0.0248, 4);
});

test('expects what causes that multiply or add would bring, whichever is more', () => {
  const doubled = differenceInDifferences(
    { before: sums(0.04), now: sums(0.08) },
    { before: sums(0.02), now: sums(0.04) },
  );
  expect(doubled).toMatchObject({ expected: expect.closeTo(0.08, 10), estimate: expect.closeTo(0, 10) });
  const outage = differenceInDifferences(
    { before: sums(0.02), now: sums(0.52) },
    { before: sums(0.04), now: sums(0.54, 2) },
  );
  expect(outage).toMatchObject({ expected: expect.closeTo(0.52, 10), estimate: expect.closeTo(0, 10) });
});

test('tells the variance of the present from that of what was before', () => {
  const quiet = differenceInDifferences(
    { before: sums(0.02, 0.1), now: sums(0.02) },
    { before: sums(0.02, 0.1), now: sums(0.02, -1) },
  );
  const noisy = differenceInDifferences(
    { before: sums(0.02, 1), now: sums(0.02) },
    { before: sums(0.02, -1), now: sums(0.02, -1) },
  );
  if (quiet.refused || noisy.refused) throw new Error('refused');
  expect(quiet.varianceNow).toBeCloseTo(noisy.varianceNow, 12);
  expect(noisy.varianceBefore).toBeGreaterThan(10 * quiet.varianceBefore);
});

test('refuses a group that was never seen', () => {
  const none = { numerator: Array(64).fill(0), denominator: Array(64).fill(0) };
  const some = { before: sums(0.02), now: sums(0.02) };
  expect(differenceInDifferences({ before: none, now: sums(0.1) }, some)).toMatchObject({
    refused: 'UNITS_TOO_FEW',
  });
});
