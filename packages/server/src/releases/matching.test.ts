import type { ReleaseSpec } from '@ombre/decide/model';
import { expect, test } from 'vitest';
import { matchingOf } from './matching.ts';

const spec: ReleaseSpec = {
  ...{ flag: 'f', from: 'a', to: 'b', layer: { name: 'page', from: 0, to: 0.5 }, holdouts: ['winter'] },
  ladder: [
    { name: 'region', when: 'geo.region == "CN"', share: 0.5, dwell: '1h' },
    { name: 'all', share: 1, dwell: '1h' },
  ],
};

test('a level is known by what was counted of it where the release may touch a unit', () => {
  const matching = matchingOf(spec, { region: 0.09, all: 0.45 }, { winter: 0.1 });
  expect(matching).toEqual({ region: expect.closeTo(0.2, 10) });
  expect(matchingOf(spec, {}, { winter: 0.1 })).toEqual({});
});
