import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import { randomStream } from '../simulation/random.ts';
import { mixtureLogEvidence } from './normal-mixture.ts';
import { detectableBySequence, varianceToDetect } from './sequence-power.ts';

const target = { alpha: 0.05, tau: 0.3, side: 'above', power: 0.8 } as const;

describe('the power of a confidence sequence', () => {
  test('and the variance it needs are inverse to each other', () => {
    const { variance } = accepted(varianceToDetect(0.3, target));
    expect(detectableBySequence(variance, target)).toBeCloseTo(0.3, 10);
    expect(varianceToDetect(0, target).refused).toBe('TARGET_UNREACHABLE');
  });

  test('is reached, and not by far exceeded, in simulated streams', () => {
    const { variance } = accepted(varianceToDetect(0.3, target));
    const looks = Math.ceil(1 / variance);
    let found = 0;
    for (let seed = 1; seed <= 500; seed++) {
      const random = randomStream(seed);
      let sum = 0;
      for (let n = 1; n <= looks; n++) {
        sum += 0.3 + random.normal();
        if (mixtureLogEvidence(sum / n, 1 / n, target.tau, 0, 'above') >= Math.log(20)) {
          found += 1;
          break;
        }
      }
    }
    expect(found / 500).toBeGreaterThan(0.78);
    expect(found / 500).toBeLessThan(0.93);
  });
});
