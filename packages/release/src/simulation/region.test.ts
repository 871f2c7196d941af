import { expect, test } from 'vitest';
import { ordinaryCrowd } from './crowd.ts';
import { playRegion, type RegionPlay } from './play-region.ts';

/** The full size is played by bench/src/release-region.ts. */
const play: RegionPlay = {
  crowd: { ...ordinaryCrowd, people: 12_000, requestsPerSecond: 400 },
  region: 0.4,
  worse: 0.005,
  ownWeather: 0.2,
  hold: 45,
  effect: 0.02,
  harm: 0,
};

const many = (count: number, more: Partial<RegionPlay>) =>
  Array.from({ length: count }, (_, seed) => playRegion({ ...play, ...more }, 40 + seed));

test('a region that is treated wholly is not taken back for what it always was', () => {
  expect(many(25, {}).filter(({ bad }) => bad !== undefined)).toEqual([]);
});

test('a region whose new version fails more is taken back, though it has no control', () => {
  const caught = many(12, { harm: 0.06 }).filter(({ bad }) => (bad ?? 0) > 0);
  expect(caught.length).toBeGreaterThanOrEqual(10);
});
