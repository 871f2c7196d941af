import { describe, expect, test } from 'vitest';
import { planRelease } from '../plan/plan-release.ts';
import { gatherCrowd, ordinaryCrowd } from './crowd.ts';
import { playRelease, type ReleasePlay } from './play-release.ts';

/** The full size is played by bench/src/release-aa.ts. */
const play: ReleasePlay = {
  crowd: { ...ordinaryCrowd, people: 3_000, requestsPerSecond: 100 },
  shares: [0.05, 0.5],
  hold: 60,
  guards: [
    { errorRate: { max: 0.05 } },
    { latency: { over: '1.2s', share: 0.01 } },
    { errorsAboveControl: { effect: 0.02 } },
  ],
  harm: { rate: 0, from: 0 },
};

function playMany(count: number, harm: ReleasePlay['harm'], firstSeed: number) {
  return Array.from({ length: count }, (_, i) => playRelease({ ...play, harm }, firstSeed + i));
}

describe('a climb of the same version', () => {
  test('is taken back in no more than one of a hundred, where the test over requests takes back many', () => {
    const played = playMany(120, { rate: 0, from: 0 }, 1);
    // More than five of 120 would happen less than once in a thousand suites at a true 1 %.
    expect(played.filter(({ guards }) => guards !== undefined).length).toBeLessThanOrEqual(5);
    expect(played.filter(({ naive }) => naive !== undefined).length).toBeGreaterThan(20);
  });
});

describe('what people did before the climb', () => {
  test('brings the difference of identical versions as much nearer to nothing as it is said to explain', () => {
    const known: ReleasePlay = {
      ...play,
      crowd: { ...ordinaryCrowd, people: 3_000, requestsPerSecond: 200 },
      past: 120,
      shares: [0.1, 0.5],
      guards: [{ errorsAboveControl: { effect: 0.02 } }],
    };
    const squares = { explained: 0, left: 0, raw: 0 };
    for (let seed = 300; seed < 316; seed++) {
      const { numbers, sentence } = playRelease(known, seed).evidence[0]!;
      const { rate, control, difference, explained } = numbers;
      expect(sentence).toMatch(/, [\d.]+ % expected by what users did before: /);
      squares.explained += explained! / 16;
      squares.left += difference! ** 2;
      squares.raw += (rate! - control!) ** 2;
    }
    expect(squares.explained).toBeGreaterThan(0.5);
    // Were both arms given the same past, the difference would stay as it is while its variance shrank on paper.
    expect(squares.left / squares.raw).toBeLessThan(0.5);
  });
});

describe('a version that fails more', () => {
  const begins = play.hold + 10;

  test('is caught within two seconds when three of ten requests fail', () => {
    for (const { guards } of playMany(20, { rate: 0.3, from: 10 }, 500)) {
      expect(guards! - begins).toBeGreaterThan(0);
      expect(guards! - begins).toBeLessThanOrEqual(2);
    }
  });

  test('has its beginning told afterwards to the second, however long the step was held before', () => {
    const dated = playMany(20, { rate: 0.3, from: 30 }, 700);
    const right = dated.filter(({ began }) => Math.abs(began! - play.hold - 30) <= 1);
    expect(right.length).toBeGreaterThanOrEqual(18);
  });

  test('is caught in most climbs when one of ten fails, and never before it fails', () => {
    const played = playMany(20, { rate: 0.1, from: 10 }, 600);
    const caught = played.filter(({ guards }) => guards !== undefined && guards - begins < 20);
    expect(caught.length).toBeGreaterThanOrEqual(18);
    expect(played.every(({ guards }) => guards === undefined || guards > begins)).toBe(true);
  });
});

describe('an outage of both arms', () => {
  const crowd = { ...ordinaryCrowd, brokenShare: 0, requestsPerSecond: 200 };
  const back = (share: number, shared: boolean) =>
    [0.3, 0.6].flatMap((rate) =>
      Array.from({ length: 12 }, (_, seed) => {
        const harm = { rate, from: 10, shared };
        return playRelease({ ...play, crowd, shares: [0.5, share], hold: 14, looks: 4, harm }, 1_000 + seed);
      }).filter(({ guards }) => guards !== undefined),
    );

  // More than five of 24 would happen less than once in a thousand suites at a true one in twenty.
  test.each([0.5, 0.9])('is seldom taken for the new version where that has %d of the traffic', (share) => {
    expect(back(share, true).length).toBeLessThanOrEqual(5);
  });

  test('is told from a new version that fails alone, though control has a tenth of the requests', () => {
    expect(back(0.9, false).length).toBe(24);
  });
});

describe('a plan', () => {
  test('prints a time within which, and half as long again, four of five harmful versions are caught', () => {
    const crowd = { ...ordinaryCrowd, people: 10_000, requestsPerSecond: 200, brokenShare: 0 };
    const guards = [{ errorsAboveControl: { effect: 0.03 } }];
    const ladder = [{ name: 'half', share: 0.5, dwell: '1m' }];
    const traffic = { requestsPerSecond: 200, failures: 0.005, designEffect: 1.2 };
    const plan = planRelease({ flag: 'f', from: 'old', to: 'new', guards, ladder }, traffic);
    const hold = (1.5 * plan.steps[0]!.guards[0]!.expected!) / 1000;
    const harm = { rate: 0.03, from: 0 };
    const played = Array.from({ length: 20 }, (_, seed) =>
      playRelease({ crowd, shares: [0.5], hold, looks: 4, guards, harm }, 900 + seed),
    );
    expect(hold).toBeLessThan(30);
    expect(played.filter(({ guards: at }) => at !== undefined).length).toBeGreaterThanOrEqual(16);
  });
});

describe('the crowd', () => {
  test('is the same for the same seed, sticky, and has few people who send much', () => {
    const requests = (seed: number) => {
      const crowd = gatherCrowd(ordinaryCrowd, seed);
      const count = new Map<number, number>();
      for (let second = 0; second < 60; second++) {
        crowd.pass(1, (who) => count.set(who, (count.get(who) ?? 0) + 1));
      }
      return count;
    };
    expect(requests(3)).toEqual(requests(3));
    expect(requests(4)).not.toEqual(requests(3));
    const sorted = [...requests(3).values()].sort((a, b) => b - a);
    const total = sorted.reduce((sum, n) => sum + n, 0);
    const top = sorted.slice(0, Math.round(sorted.length / 10)).reduce((sum, n) => sum + n, 0);
    expect(top / total).toBeGreaterThan(0.25);
  });
});
