import { beforeEach, describe, expect, test } from 'vitest';
import { asked, ENVIRONMENT, flag, openTestControl, release, type TestControl } from './control.suite.ts';

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
});

const specs = () =>
  (control.views.resources(ENVIRONMENT) ?? []).map(({ resource, origin }) => [
    resource.metadata.name,
    origin,
  ]);

describe('restore', () => {
  test('puts the resources of an earlier revision in force as a new one', async () => {
    await control.files([flag('a'), flag('b')]);
    await control.api([flag('c')]);
    const digest = control.views.head(ENVIRONMENT)?.head.digest;
    await control.files([flag('a', { default: 'v2' }), flag('d')]);
    await control.api([], ['Flag/c']);
    const result = await control.commands.restore({ ...asked, to: 3 });
    expect(result).toMatchObject({ ok: true, revision: 6, changed: true });
    expect(result.ok && result.diff.map(({ key, change }) => [key, change])).toEqual([
      ['Flag/d', 'removed'],
      ['Flag/a', 'changed'],
      ['Flag/b', 'added'],
      ['Flag/c', 'added'],
    ]);
    expect(specs()).toEqual([
      ['a', 'files'],
      ['b', 'files'],
      ['c', 'api'],
    ]);
    expect(control.views.head(ENVIRONMENT)?.head.digest).toBe(digest);
    expect(await control.views.change(ENVIRONMENT, 6)).toMatchObject({
      action: 'restore',
      facts: { restored: 3 },
    });
  });

  test('makes no revision where everything is as it was', async () => {
    await control.files([flag('a')]);
    expect(await control.commands.restore({ ...asked, to: 2 })).toMatchObject({
      ok: true,
      changed: false,
      revision: 2,
    });
  });

  test('tells without writing in a dry run', async () => {
    await control.files([flag('a')]);
    expect(await control.commands.restore({ ...asked, to: 1, dryRun: true })).toMatchObject({
      changed: true,
      diff: [{ key: 'Flag/a', change: 'removed' }],
    });
    expect(specs()).toEqual([['a', 'files']]);
  });

  test('neither lifts nor brings back overrides', async () => {
    await control.files([flag('a')]);
    await control.commands.override({ ...asked, flag: 'a', kill: {} });
    await control.files([flag('a', { default: 'v2' })]);
    await control.commands.restore({ ...asked, to: 2 });
    expect(control.views.overrides(ENVIRONMENT)).toHaveLength(1);
    await control.commands.override({ ...asked, flag: 'a', kill: null });
    await control.commands.restore({ ...asked, to: 4 });
    expect(control.views.overrides(ENVIRONMENT)).toEqual([]);
  });

  test('knows no revision that never was', async () => {
    expect(await control.commands.restore({ ...asked, to: 9 })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await control.commands.restore({ ...asked, to: 0 })).toMatchObject({ code: 'NOT_FOUND' });
  });

  const climbing = async () => {
    const token = (await control.store.lease('s', 'me', 60_000))?.token ?? 0;
    const placement = { reached: 1, shares: [0.1], epoch: 1 };
    const fence = { lease: 's', token };
    await control.commands.place({ ...asked, release: 'r', placement, version: 0, fence });
  };

  test('waits for a climbing release that was not there then, which must be rolled back first', async () => {
    await control.files([flag('a'), flag('b')]);
    await control.files([flag('a'), flag('b', { default: 'v2' }), release('r', 'a')]);
    await climbing();
    expect(await control.commands.restore({ ...asked, to: 2 })).toMatchObject({
      code: 'PINNED',
      backFirst: ['r'],
      issues: [{ code: 'RELEASE_GOES_BACK' }],
    });
    expect(control.views.resource(ENVIRONMENT, 'Flag/b')?.resource).toEqual(flag('b', { default: 'v2' }));
  });

  test('waits for a climbing release that holds what it would change, or is itself changed beneath where it stands', async () => {
    await control.files([flag('a'), release('r', 'a', { from: 'v2', to: 'v1' })]);
    await control.files([flag('a', { default: 'v2' }), release('r', 'a', { from: 'v2', to: 'v1' })]);
    await control.files([flag('a', { default: 'v2' }), release('r', 'a', { from: 'v1', to: 'v2' })]);
    await climbing();
    const to = (revision: number) =>
      control.commands
        .restore({ ...asked, to: revision, dryRun: true })
        .then((result) => [
          result.ok && result.rolledBack,
          'issues' in result && result.issues.find(({ code }) => code === 'RELEASE_BACK_FIRST')?.message,
        ]);
    const said = 'Release/r is rolled back first, and stays so until it is resumed: it holds';
    expect(await to(3)).toEqual([[{ release: 'r' }], `${said} its own spec`]);
    expect(await to(2)).toEqual([[{ release: 'r' }], `${said} its own spec, Flag/a`]);
  });

  test('is refused while it contradicts a release that is not to be taken back by itself', async () => {
    await control.files([flag('a')]);
    await control.files([
      flag('a', { default: 'v2' }),
      release('r', 'a', { from: 'v2', to: 'v1', onFailure: 'freeze' }),
    ]);
    await climbing();
    const refused = await control.commands.restore({ ...asked, to: 2 });
    expect(refused).toMatchObject({
      code: 'PINNED',
      issues: [{ code: 'RELEASE_ABOVE_ZERO', resource: 'Release/r' }],
    });
    expect(refused).not.toHaveProperty('backFirst');
  });
});
