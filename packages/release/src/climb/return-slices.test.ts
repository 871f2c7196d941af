import type { ReleaseSpec } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import type { GuardEvidence } from '../health/health.ts';
import { type ReleaseState, startRelease } from './state.ts';
import { step } from './step.ts';

const spec: ReleaseSpec = {
  flag: 'f',
  from: 'old',
  to: 'new',
  ladder: [
    { name: 'region', when: 'geo.region == "CN"', share: 0.9, dwell: '1m' },
    { name: 'some', share: 0.1, dwell: '1m' },
  ],
};
const dwelling: ReleaseState = {
  ...startRelease({ reached: 2, shares: [0.9, 0.1], epoch: 2 }),
  phase: 'dwelling',
  at: { level: 1, step: 0 },
  held: 5_000,
  evidenceFrom: 0,
};

function tick(state: ReleaseState, returns: readonly string[], now: number) {
  const one = {
    verdict: 'undecided',
    sentence: 'worse there',
    returns,
    window: { from: 0, to: now },
  } as unknown;
  const health = { verdict: 'undecided', evidence: [one as GuardEvidence] } as const;
  const receivers = { live: 1, activated: 1 };
  return step(
    spec,
    state,
    { kind: 'tick', interval: 1_000, fresh: true, receivers, traffic: {}, health },
    now,
  );
}

describe('a slice that is worse alone', () => {
  test('goes back alone, and the step is held anew', () => {
    const { state, effects } = tick(dwelling, ['region'], 1_000);
    const placement = {
      reached: 2,
      shares: [0.9, 0.1],
      epoch: 3,
      except: [{ when: 'geo.region == "CN"', share: 0 }],
    };
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'place', placement }));
    expect(state).toMatchObject({ phase: 'climbing', held: 0 });
    const again = tick(state, ['region'], 2_000);
    expect(again.effects).toEqual([]);
    const placed = step(spec, state, { kind: 'placed', epoch: 3, revision: 9 }, 3_000).state;
    expect(placed.placement).toEqual(placement);
  });

  test('takes everything back where it went back before or is everybody', () => {
    expect(tick(dwelling, ['some'], 1_000).state.phase).toBe('rolling-back');
    const except = [{ when: 'geo.region == "CN"', share: 0 }];
    const before = { ...dwelling, placement: { ...dwelling.placement, except } };
    expect(tick(before, ['region'], 1_000).state.phase).toBe('rolling-back');
  });
});
