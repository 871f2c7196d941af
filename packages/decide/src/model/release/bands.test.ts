import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MILLION } from '../share.ts';
import { bandsOf } from './bands.ts';

const steps = (...shares: readonly number[]) => shares.map((share) => ({ share, dwell: '1h' }));

test('the breakpoints of a level are its shares and the ends of their control', () => {
  expect(bandsOf({ share: 0.1 })).toEqual([100_000, 200_000]);
  expect(bandsOf({ share: 0.4, steps: steps(0.1, 0.2) })).toEqual([100_000, 200_000, 400_000, 800_000]);
  expect(bandsOf({ share: 0.000001 })).toEqual([1, 2]);
});

test('where more than half is treated, the rest is the last band', () => {
  expect(bandsOf({ share: 0.9 })).toEqual([900_000, MILLION]);
  expect(bandsOf({ share: 0.5 })).toEqual([500_000, MILLION]);
});

test('everybody and nobody have no control and add nothing', () => {
  expect(bandsOf({ share: 1 })).toEqual([]);
  expect(bandsOf({ share: 0 })).toEqual([]);
  expect(bandsOf({ share: 1, steps: steps(0.1, 0.6) })).toEqual([100_000, 200_000, 600_000, MILLION]);
});

test('a step above the share of its level is held at that', () => {
  expect(bandsOf({ share: 0.2, steps: steps(0.1, 0.7) })).toEqual([100_000, 200_000, 400_000]);
});

test('both arms of every step are whole bands', () => {
  const share = fc.integer({ min: 1, max: MILLION }).map((size) => size / MILLION);
  fc.assert(
    fc.property(share, fc.array(share, { maxLength: 6 }), (own, smaller) => {
      const bands = bandsOf({ share: own, steps: steps(...smaller) });
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
