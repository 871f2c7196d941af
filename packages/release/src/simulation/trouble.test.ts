import { expect, test } from 'vitest';
import { ordinaryCrowd } from './crowd.ts';
import { playTrouble, type Trouble, type TroublePlay } from './play-trouble.ts';

/** The full size is played by bench/src/release-trouble.ts. */
function many(trouble: Partial<Trouble>) {
  const play: TroublePlay = {
    crowd: { ...ordinaryCrowd, people: 8_000, requestsPerSecond: 200, brokenShare: 0 },
    region: 0.4,
    share: 0.9,
    hold: 34,
    looks: 1,
    guards: [{ meanLatency: { max: '400ms' } }],
    trouble: {
      failures: 0,
      milliseconds: 3_000,
      from: 20,
      to: 34,
      ofControl: 1,
      regional: false,
      ...trouble,
    },
  };
  return Array.from({ length: 6 }, (_, seed) => playTrouble(play, 1 + seed));
}

test('slowness that control has most of is unknown, and takes nothing back', () => {
  for (const { bad, unknown } of many({ ofControl: 0.75 })) {
    expect([bad, unknown.at(-1)]).toEqual([undefined, 34]);
  }
});

test('slowness of the new version alone takes it back within seconds', () => {
  for (const { bad } of many({ ofControl: 0 })) expect(bad).toBeLessThanOrEqual(25);
});
