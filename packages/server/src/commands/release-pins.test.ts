import type { Placement } from '@ombre/decide/model';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  asked,
  ENVIRONMENT,
  flag,
  openTestControl,
  release,
  resource,
  type TestControl,
} from './control.suite.ts';
import { landingOf } from './plan-land.ts';

let control: TestControl;
let token: number;
beforeEach(async () => {
  control = await openTestControl();
  token = (await control.store.lease('shard', 'me', 60_000))?.token ?? 0;
});

const climbing = { reached: 1, shares: [0.1], epoch: 1 };
const completed = { reached: 2, shares: [0.1, 1], epoch: 1 };

async function place(placement: Placement, version = 0, name = 'r') {
  const fence = { lease: 'shard', token };
  return control.commands.place({ ...asked, release: name, placement, version, fence });
}

const segment = (ids: readonly string[]) => resource('Segment', 'beta', { ids });
const table = (variant: string) =>
  resource('Table', 't', {
    dimensions: [{ name: 'd', attribute: 'targetingKey', weight: 1 }],
    rows: [{ id: 'one', match: { d: 'x' }, serve: { variant } }],
  });
const ruled = (more = {}) =>
  flag('a', {
    rules: [
      { id: 'seg', when: 'inSegment("beta")', serve: { variant: 'v2' } },
      { id: 'tab', serve: { table: 't' } },
    ],
    ...more,
  });
const set = (more: Parameters<typeof release>[2] = {}, of = ruled()) => [
  of,
  segment(['u1']),
  table('v2'),
  release('r', 'a', more),
];

describe('a climbing release', () => {
  test('keeps flag, segments and tables at their last good spec while the rest of the save goes in', async () => {
    await control.files(set());
    await place(climbing);
    const result = await control.files([
      ruled({ default: 'v2' }),
      segment(['u2']),
      table('v1'),
      release('r', 'a'),
      flag('other'),
    ]);
    expect(result).toMatchObject({ ok: true, changed: true, kept: ['Flag/a', 'Segment/beta', 'Table/t'] });
    expect(result.ok && result.diff.map(({ key }) => key)).toEqual(['Flag/other']);
    expect(control.views.resource(ENVIRONMENT, 'Flag/a')?.resource).toEqual(ruled());
    const held = result.ok ? result.issues.filter(({ code }) => code === 'RELEASE_PINS') : [];
    expect(held.map((issue) => [issue.severity, issue.resource])).toEqual([
      ['error', 'Flag/a'],
      ['error', 'Segment/beta'],
      ['error', 'Table/t'],
    ]);
  });

  test('leaves the issue visible until a save without it', async () => {
    await control.files(set());
    await place(climbing);
    await control.files(set({}, ruled({ default: 'v2' })));
    const codes = async () =>
      (await control.views.standing(ENVIRONMENT)).flatMap(({ issues }) => issues.map(({ code }) => code));
    expect(await codes()).toContain('RELEASE_PINS');
    await control.files(set());
    expect(await codes()).not.toContain('RELEASE_PINS');
  });

  test('lets the change in once it is back at 0 %', async () => {
    await control.files(set());
    await place(climbing);
    const changed = set({}, ruled({ default: 'v2' }));
    await control.files(changed);
    await place({ reached: 0, shares: [], epoch: 2 }, 1);
    expect(await control.files(changed)).toMatchObject({ ok: true, changed: true, kept: [] });
  });

  test('refuses single changes by the API instead of keeping them back', async () => {
    await control.api(set());
    await place(climbing);
    expect(await control.api([ruled({ default: 'v2' })])).toMatchObject({ ok: false, code: 'PINNED' });
    expect(await control.api([flag('other')])).toMatchObject({ ok: true });
  });

  test('lets changes pass that ask for it, and says so', async () => {
    await control.files(set({ onChange: 'carry-on' }));
    await place(climbing);
    const result = await control.files(set({ onChange: 'carry-on' }, ruled({ default: 'v2' })));
    expect(result).toMatchObject({ ok: true, changed: true, kept: [] });
    expect(result.ok && result.issues.map(({ code }) => code)).toContain('RELEASE_SEES_CHANGE');
  });

  test('lets words for people change, and says nothing of them', async () => {
    await control.files(set());
    await place(climbing);
    const result = await control.files(set({}, ruled({ doc: 'for people' })));
    expect(result).toMatchObject({ ok: true, changed: true, kept: [] });
    expect(result.ok && result.issues.filter(({ code }) => code.startsWith('RELEASE_'))).toEqual([]);
  });

  test('does not pin what only the neighbours of its flag ask', async () => {
    await control.files([...set(), resource('Segment', 'gamma', { ids: ['x'] })]);
    await place(climbing);
    expect(await control.files([...set(), resource('Segment', 'gamma', { ids: ['y'] })])).toMatchObject({
      kept: [],
    });
  });

  test('keeps its reached levels, flag and variants, but takes new later levels and guards', async () => {
    await control.files(set());
    await place(climbing);
    const edited = await control.files(set({ ladder: [{ name: 'some', share: 0.2, dwell: '1h' }] }));
    expect(edited).toMatchObject({ ok: true, changed: false, kept: ['Release/r'] });
    const later = set({
      ladder: [
        { name: 'some', share: 0.1, dwell: '2h' },
        { name: 'half', share: 0.5, dwell: '1h' },
      ],
    });
    expect(await control.files(later)).toMatchObject({ ok: true, changed: true, kept: [] });
  });

  test('keeps its part of a layer and its holdouts, which would move units in or out at once', async () => {
    const layer = { name: 'l', from: 0, to: 0.5 };
    const held = (share: number) => resource('Holdout', 'h', { share });
    const confined = (more: object, share = 0.1) => [
      ...set({ layer, holdouts: ['h'], ...more }),
      held(share),
    ];
    await control.files(confined({}));
    await place(climbing);
    const kept = async (next: Parameters<typeof control.files>[0]) => {
      const result = await control.files(next);
      return result.ok ? result.kept : result.code;
    };
    expect(await kept(confined({ layer: { ...layer, to: 0.6 } }))).toEqual(['Release/r']);
    expect(
      await kept(confined({ holdouts: ['h', 'i'] }).concat(resource('Holdout', 'i', { share: 0.1 }))),
    ).toEqual(['Release/r']);
    expect(await kept(confined({}, 0.2))).toEqual(['Holdout/h']);
    expect(await kept(confined({}))).toEqual([]);
  });

  test('is kept when it is deleted, until it is rolled back, while the rest of the save goes in', async () => {
    await control.files(set());
    await place(climbing);
    const result = await control.files([...set().slice(0, 3), flag('other')]);
    expect(result).toMatchObject({ ok: true, kept: ['Release/r'] });
    expect(result.ok && result.issues.map(({ code }) => code)).toContain('RELEASE_GOES_BACK');
    expect(control.views.resource(ENVIRONMENT, 'Release/r')).toBeDefined();
    expect(control.views.resource(ENVIRONMENT, 'Flag/other')).toBeDefined();
  });

  test('cannot be deleted where going back is not safe by itself, until a person has taken it back', async () => {
    await control.files(set({ onFailure: 'freeze' }));
    await place(climbing);
    const without = [...set().slice(0, 3), flag('other')];
    expect(await control.files(without)).toMatchObject({
      code: 'PINNED',
      issues: [{ code: 'RELEASE_ABOVE_ZERO', resource: 'Release/r', hint: expect.stringContaining('abort') }],
    });
    expect(control.views.resource(ENVIRONMENT, 'Flag/other')).toBeUndefined();
    await place({ reached: 0, shares: [], epoch: 2 }, 1);
    expect(await control.files(without)).toMatchObject({ ok: true, kept: [] });
    expect(control.views.resource(ENVIRONMENT, 'Release/r')).toBeUndefined();
  });

  test('keeps its flag from being deleted, and then nothing of the save goes in', async () => {
    await control.files(set());
    await place(climbing);
    expect(await control.files([flag('other')])).toMatchObject({
      code: 'PINNED',
      issues: [{ code: 'RELEASE_ABOVE_ZERO', resource: 'Flag/a' }],
    });
    expect(control.views.resource(ENVIRONMENT, 'Flag/other')).toBeUndefined();
  });
});

describe('a completed release', () => {
  test('that left some out may go when its flag keeps for them, and for nobody else, what they have', async () => {
    const when = 'inSegment("beta")';
    const ladder = [
      { name: 'beta', when, share: 0.5, dwell: '1h' },
      { name: 'full', share: 1, dwell: '1h' },
    ];
    const plain = [segment(['u1']), flag('a')];
    await control.files([...plain, release('r', 'a', { ladder })]);
    await place({ reached: 2, shares: [0.5, 1], except: [{ when, share: 0 }], epoch: 1 });
    const keeps = { id: 'beta', when, serve: { variant: 'v1' } };
    const written = flag('a', { default: 'v2', rules: [keeps] });
    const row = control.views.placements(ENVIRONMENT)?.[0];
    const resources = new Map(
      control.views
        .resources(ENVIRONMENT)
        ?.map((one) => [`${one.resource.kind}/${one.resource.metadata.name}`, one]),
    );
    const landing = landingOf({ resources, placements: new Map([['r', row!]]) }, 'r');
    expect(landing).toEqual({ ok: true, flag: written });
    const wrong = flag('a', { default: 'v2', rules: [{ ...keeps, when: '!inSegment("beta")' }] });
    expect(await control.files([segment(['u1']), wrong])).toMatchObject({ ok: false, code: 'PINNED' });
    expect(await control.files([segment(['u1']), written])).toMatchObject({ ok: true, kept: [] });
    expect(control.views.resource(ENVIRONMENT, 'Release/r')).toBeUndefined();
    expect(control.views.resource(ENVIRONMENT, 'Flag/a')?.resource).toEqual(written);
  });

  test('pins nothing any more, and still cannot be deleted', async () => {
    await control.files(set());
    await place(climbing);
    await place({ ...completed, epoch: 2 }, 1);
    expect(await control.files(set({}, ruled({ default: 'v2' })))).toMatchObject({ kept: [], changed: true });
    expect(await control.files([])).toMatchObject({ code: 'PINNED' });
  });
});

describe('placements', () => {
  test('move by compare-and-set on their version, and reach the snapshot', async () => {
    await control.files(set());
    expect(await place(climbing)).toMatchObject({ ok: true, changed: true, revision: 3 });
    expect(await place({ ...climbing, epoch: 2 })).toMatchObject({
      code: 'CONFLICT',
      moved: [{ key: 'Placement/r', expected: 0, found: 1 }],
    });
    expect(control.views.placements(ENVIRONMENT)).toEqual([
      { release: 'r', placement: climbing, version: 1, fence: token },
    ]);
    expect(await control.views.change(ENVIRONMENT, 3)).toMatchObject({
      action: 'place',
      names: ['Placement/r'],
    });
  });

  test('are fenced: a controller that lost its lease moves nothing', async () => {
    await control.files(set());
    await control.store.release('shard', 'me');
    expect(await place(climbing)).toMatchObject({ code: 'FENCED' });
    expect(control.views.placements(ENVIRONMENT)).toEqual([]);
  });

  test('are refused where they do not fit the ladder or skip an epoch', async () => {
    await control.files(set());
    expect(await place({ reached: 3, shares: [0.1, 1, 1], epoch: 1 })).toMatchObject({ code: 'INVALID' });
    expect(await place({ reached: 1, shares: [], epoch: 1 })).toMatchObject({ code: 'INVALID' });
    expect(await place({ ...climbing, epoch: 2 })).toMatchObject({ code: 'INVALID' });
    expect(await place(climbing, 0, 'none')).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('survive every apply of authors', async () => {
    await control.files(set());
    await place(climbing);
    await control.files([...set(), flag('other')]);
    expect(control.views.placements(ENVIRONMENT)?.[0]?.placement).toEqual(climbing);
  });
});
