import type { JsonValue } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { declareSources } from '../declare-sources.ts';
import { formatResources } from '../format/format-resources.ts';
import { unsaidShares, withLevelShares } from './level-shares.ts';

const files = (ladder: string) => [
  {
    path: 'a.yaml',
    text: `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: v }
spec: { attributes: { region: { type: string } } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: f }
spec: { type: string, variants: { v1: one, v2: two }, default: v1, off: v1 }
---
apiVersion: ombre.dev/v1
kind: Release
metadata: { name: r }
spec:
  flag: f
  from: v1
  to: v2
  ladder:
${ladder}
`,
  },
];
const declare = (ladder: string) => declareSources(files(ladder));
const sharesOf = (ladder: string) => {
  const { declared, issues } = declare(ladder);
  expect(issues).toEqual([]);
  const release = declared.resources.find(({ kind }) => kind === 'Release');
  return release?.kind === 'Release' ? release.spec.ladder.map(({ share }) => share) : undefined;
};
const FULL = '    - { name: full, share: 1, dwell: 1h }';

describe('a level that does not say its share', () => {
  test('keeps a tenth as control when it is for some users, tested, and not the last', () => {
    const region = `    - { name: region, when: 'region == "CN"', dwell: 1h }`;
    expect(sharesOf(`${region}\n${FULL}`)).toEqual([0.9, 1]);
    const stepped = `    - { name: region, when: 'region == "CN"', dwell: 1h, steps: [{ share: 0.5, dwell: 1h }] }`;
    expect(sharesOf(`${stepped}\n${FULL}`)).toEqual([0.9, 1]);
  });

  test('keeps none where its author says so', () => {
    expect(sharesOf(`    - { name: region, when: 'region == "CN"', share: 1, dwell: 1h }\n${FULL}`)).toEqual([
      1, 1,
    ]);
  });

  test.each([
    ['is for everybody', `    - { name: some, dwell: 1h }\n${FULL}`, 19],
    ['goes untested', `    - { name: team, when: 'region == "CN"', dwell: 1h, untested: true }\n${FULL}`, 19],
    [
      'is the last',
      `    - { name: some, share: 0.1, dwell: 1h }\n    - { name: cn, when: 'region == "CN"', dwell: 1h }`,
      20,
    ],
  ])('is an error that says where when it %s', (_, ladder, line) => {
    const { issues } = declare(ladder);
    expect(issues).toMatchObject([
      { code: 'MISSING_KEY', file: 'a.yaml', line, hint: expect.stringContaining('share: 1') },
    ]);
  });

  test('is written with its share from then on, and reads back to the same', () => {
    const { declared } = declare(`    - { name: region, when: 'region == "CN"', dwell: 1h }\n${FULL}`);
    const text = formatResources(declared.resources);
    expect(text).toContain('share: 0.9');
    const again = declareSources([{ path: 'b.yaml', text }]).declared.resources;
    expect(again).toEqual(declared.resources);
  });

  test('is the place of what its share makes wrong', () => {
    const { issues } = declare(
      `    - { name: wide, when: 'region == "CN"', share: 1, dwell: 1h }\n    - { name: again, when: 'region == "CN"', dwell: 1h }\n${FULL}`,
    );
    expect(issues).toMatchObject([{ code: 'LEVEL_WITHOUT_EFFECT', line: 20 }]);
  });
});

test('names the levels whose share was left out', () => {
  const level = { name: 'cn', when: 'true', dwell: '1h' };
  const release = { kind: 'Release', spec: { ladder: [level, { ...level, name: 'de', share: 0.5 }, level] } };
  expect(unsaidShares(release)).toEqual(['cn']);
  expect(unsaidShares({ kind: 'Flag', spec: { ladder: [level, level] } })).toEqual([]);
});

test('leaves alone whatever is no release with a ladder', () => {
  const odd: readonly JsonValue[] = [
    null,
    'text',
    [],
    {},
    { kind: 'Release' },
    { kind: 'Release', spec: { ladder: 'x' } },
    { kind: 'Release', spec: { ladder: [1, null, []] } },
  ];
  for (const value of odd) expect(withLevelShares(value)).toBe(value);
});
