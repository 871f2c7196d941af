import type { ReleaseSpec } from '@ombre/decide/model';
import { expect, test } from 'vitest';
import type { GuardEvidence } from '../health/health.ts';
import { type ReleaseState, startRelease } from './state.ts';
import { step } from './step.ts';

test('a step that is held its longest says which guards could not decide, and what they saw', () => {
  const spec: ReleaseSpec = {
    ...{ flag: 'f', from: 'old', to: 'new' },
    ladder: [{ name: 'some', share: 0.1, dwell: '5s', longest: '5s' }],
  };
  const state: ReleaseState = {
    ...startRelease({ reached: 1, shares: [0.1], epoch: 1 }),
    ...{ phase: 'dwelling', at: { level: 0, step: 0 }, evidenceFrom: 0, now: 0, undecided: 5_000 },
  };
  const said = (guard: string, verdict: string, sentence: string) =>
    ({ guard, verdict, sentence, window: { from: 0, to: 1 } }) as unknown as GuardEvidence;
  const evidence = [said('a', 'good', 'fine'), said('b', 'undecided', '3 of 9 failed')];
  const health = { verdict: 'undecided', evidence } as const;
  const receivers = { live: 1, activated: 1 };
  const event = { kind: 'tick', interval: 1_000, fresh: true, receivers, traffic: {}, health } as const;
  expect(step(spec, state, event, 1_000).effects).toMatchObject([
    {
      kind: 'notify',
      topic: 'frozen',
      text: expect.stringContaining('to decide: b: 3 of 9 failed. Resume') as string,
    },
  ]);
});
