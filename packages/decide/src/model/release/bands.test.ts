import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MILLION } from '../share.ts';
import { bandsOf } from './bands.ts';

const steps = (...shares: readonly number[]) => shares.map((share) => ({ share, dwell: '1h' }));

test('the breakpoints of a level are its shares and the ends of their control', () => {
  expect(bandsOf([{ share: 0.1 }], 0)).toEqual([100_000, 200_000]);
  expect(bandsOf([{ share: 0.4, steps: steps(0.1, 0.2) }], 0)).toEqual([100_000, 200_000, 400_000, 800_000]);
  expect(bandsOf([{ share: 0.000001 }], 0)).toEqual([1, 2]);
});

test('where more than half is treated, the rest is the last band', () => {
  expect(bandsOf([{ share: 0.9 }], 0)).toEqual([900_000, MILLION]);
  expect(bandsOf([{ share: 0.5 }], 0)).toEqual([500_000, MILLION]);
});

test('everybody and nobody have no control and add nothing', () => {
  expect(bandsOf([{ share: 1 }], 0)).toEqual([]);
  expect(bandsOf([{ share: 0 }], 0)).toEqual([]);
  expect(bandsOf([{ share: 1, steps: steps(0.1, 0.6) }], 0)).toEqual([100_000, 200_000, 600_000, MILLION]);
});

test('a step above the share of its level is held at that', () => {
  expect(bandsOf([{ share: 0.2, steps: steps(0.1, 0.7) }], 0)).toEqual([100_000, 200_000, 400_000]);
});

test('arms of later, larger levels for the same or for everybody are bands too, of others they are not', () => {
  const region = 'region == "eu"';
  const ladder = [
    { share: 1, when: 'inSegment("staff")' },
    { share: 0.1, when: region },
    { share: 0.3, when: 'inSegment("beta")' },
    { share: 0.2, when: region },
    { share: 0.2 },
    { share: 0.5, steps: steps(0.05, 0.4) },
    { share: 1 },
  ];
  expect(bandsOf(ladder, 0)).toEqual([]);
  expect(bandsOf(ladder, 1)).toEqual([100_000, 200_000, 400_000, 500_000, 800_000, MILLION]);
  expect(bandsOf(ladder, 5)).toEqual([50_000, 100_000, 400_000, 500_000, 800_000, MILLION]);
  expect(bandsOf(ladder, 6)).toEqual([]);
  expect(bandsOf(ladder, 7)).toEqual([]);
});

test('both arms of every step are whole bands', () => {
  const share = fc.integer({ min: 1, max: MILLION }).map((size) => size / MILLION);
  fc.assert(
    fc.property(share, fc.array(share, { maxLength: 6 }), (own, smaller) => {
      const bands = bandsOf([{ share: own, steps: steps(...smaller) }], 0);
      expect(bands).toEqual([...new Set(bands)].sort((a, b) => a - b));
      expect(bands.length).toBeLessThanOrEqual(2 * (smaller.length + 1));
      for (const one of [own, ...smaller]) {
        const size = Math.round(Math.min(one, own) * MILLION);
        if (size === MILLION) continue;
        expect(bands).toContain(size);
        expect(bands).toContain(Math.min(2 * size, MILLION));
      }
    }),
  );
});

test('a ladder of too many different shares has no bands', () => {
  const shares = Array.from({ length: 51 }, (_, i) => 0.4 + i / 1_000);
  expect(bandsOf([{ share: 1, steps: steps(...shares.slice(1)) }], 0)).toHaveLength(100);
  expect(bandsOf([{ share: 1, steps: steps(...shares) }], 0)).toEqual([]);
});
