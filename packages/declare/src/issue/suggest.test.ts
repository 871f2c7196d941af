import { describe, expect, test } from 'vitest';
import { suggest } from './suggest.ts';

describe('did you mean', () => {
  test.each([
    ['serv', ['serve', 'id', 'when'], 'serve'],
    ['teir', ['tier', 'trier', 'their'], 'tier'],
    ['flag', ['Flag', 'Table'], 'Flag'],
    ['FeatureFlag', ['Flag', 'Table'], undefined],
    ['user.teir', ['user.tier', 'user.id'], 'user.tier'],
    ['v9', ['v1', 'v2'], undefined],
    ['l5', ['L5', 'L1'], 'L5'],
    ['too', ['to', 'from'], 'to'],
    ['xyz', ['serve'], undefined],
    ['', ['a'], undefined],
    ['a'.repeat(1000), ['a'.repeat(999)], undefined],
  ])('%s among %j is %s', (found, known, meant) => {
    expect(suggest(found, known)).toBe(meant);
  });
});
