import type { Resource } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { checkResources } from './check-resources.ts';

const flag = (name: string, more: object = {}): Resource => ({
  apiVersion: 'ombre.dev/v1',
  kind: 'Flag',
  metadata: { name },
  spec: { type: 'string', variants: { a: '1', b: '2' }, default: 'a', off: 'a', ...more },
});

const release = (of: string, more: object = {}, whens: readonly (string | undefined)[] = [undefined]) =>
  ({
    apiVersion: 'ombre.dev/v1',
    kind: 'Release',
    metadata: { name: `${of}-b` },
    spec: {
      flag: of,
      from: 'a',
      to: 'b',
      ladder: whens.map((when, at) => ({
        name: `l${at}`,
        share: 1,
        dwell: '1h',
        ...(when === undefined ? {} : { when }),
      })),
      ...more,
    },
  }) as Resource;

const vocabulary: Resource = {
  apiVersion: 'ombre.dev/v1',
  kind: 'Vocabulary',
  metadata: { name: 'v' },
  spec: { attributes: { region: { type: 'string' }, age: { type: 'int' } } },
};

const messages = (code: string, ...resources: readonly Resource[]) =>
  checkResources([vocabulary, ...resources])
    .filter((issue) => issue.code === code)
    .map(({ resource, message, expected }) => [resource, message, expected].filter(Boolean).join(' | '));

const meetings = (...releases: readonly Resource[]) =>
  messages(
    'RELEASES_MEET',
    ...releases.flatMap((one) => (one.kind === 'Release' ? [flag(one.spec.flag), one] : [])),
  ).map((text) => text.replace(/ \| releases in a layer, or for different units$/, ''));

describe('releases without a layer', () => {
  test('are listed with those they may meet, each pair once', () => {
    expect(meetings(release('x'), release('y'), release('z'))).toEqual([
      'Release/y-b | the release "y-b" may treat the same units at the same time as "x-b"',
      'Release/z-b | the release "z-b" may treat the same units at the same time as "x-b", "y-b"',
    ]);
    expect(meetings(release('x'))).toEqual([]);
  });

  test('are listed where only the other has said what it is in', () => {
    const layer = { layer: { name: 'one', from: 0, to: 0.5 } };
    expect(meetings(release('x', layer), release('y', { layer: false }))).toEqual([]);
    expect(meetings(release('x'), release('y', layer), release('z', { layer: false }))).toEqual([
      'Release/x-b | the release "x-b" may treat the same units at the same time as "y-b", "z-b"',
    ]);
  });

  test('do not meet where all their conditions contradict each other', () => {
    const china = ['region == "CN" && age > 3', 'region == "CN"'];
    expect(meetings(release('x', {}, china), release('y', {}, ['region == "US"']))).toEqual([]);
    expect(meetings(release('x', {}, china), release('y', {}, ['region == "US"', 'age > 3']))).toHaveLength(
      1,
    );
    expect(meetings(release('x', {}, china), release('y', {}, ['region == "US"', undefined]))).toHaveLength(
      1,
    );
  });

  test('of which there are a thousand are reported twenty times, with how many more there are', () => {
    const releases = Array.from({ length: 1000 }, (_, at) => release(`f${at}`, {}, [`age == ${at % 400}`]));
    const issues = checkResources([
      vocabulary,
      ...releases.flatMap((one) => (one.kind === 'Release' ? [flag(one.spec.flag), one] : [])),
    ]).filter(({ code }) => code === 'RELEASES_MEET');
    expect(issues).toHaveLength(20);
    const hints = issues.flatMap(({ hint }) => hint ?? []);
    expect(hints).toHaveLength(1);
    expect(hints[0]).toMatch(/^\d{3} more releases meet others in this way$/);
  });
});

describe('a layer', () => {
  const part = (of: string, from: number, to: number) => release(of, { layer: { name: 'one', from, to } });

  test('is divided: parts that overlap name each other, and what is free', () => {
    const flags = ['x', 'y', 'z'].map((name) => flag(name));
    const found = messages(
      'LAYER_OVERLAP',
      ...flags,
      part('x', 0, 0.3),
      part('y', 0.5, 0.8),
      part('z', 0.2, 0.5),
    );
    expect(found).toEqual([
      'Release/z-b | the releases "z-b" and "x-b" have units of the layer "one" in common | a part of 0.3 to 0.5, 0.8 to 1',
    ]);
    expect(messages('LAYER_OVERLAP', ...flags, part('x', 0, 0.3), part('y', 0.3, 1))).toEqual([]);
    const whole = messages('LAYER_OVERLAP', ...flags, part('x', 0, 1), part('y', 0.3, 0.4));
    expect(whole[0]).toContain('this one is taken whole');
  });

  test('is of one unit, and none of its parts is empty', () => {
    const flags = [flag('x'), flag('y', { unit: 'region' })];
    expect(messages('LAYER_UNIT', ...flags, part('x', 0, 0.3), part('y', 0.3, 1))).toHaveLength(1);
    expect(messages('EMPTY_RANGE', ...flags, part('x', 0.3, 0.3))).toHaveLength(1);
  });
});
