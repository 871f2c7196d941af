import { decodeEntries, verifyEncoded } from '@ombre/decide';
import { beforeEach, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../store/memory-store.ts';
import { sha256 } from '../store/sha256.ts';
import { StoreError } from '../store/store.ts';
import { ENVIRONMENT, flag, openTestControl, resource, type TestControl } from './control.suite.ts';

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
});

const keys = (): readonly string[] =>
  (control.views.resources(ENVIRONMENT) ?? []).map(({ resource: r }) => `${r.kind}/${r.metadata.name}`);
const revision = (): number => control.views.head(ENVIRONMENT)?.head.revision ?? 0;

describe('apply', () => {
  test('takes the whole set of an origin: adds, changes, and deletes what is absent, in one revision', async () => {
    expect(await control.files([flag('a'), flag('b')])).toMatchObject({
      ok: true,
      revision: 2,
      changed: true,
    });
    const result = await control.files([flag('b', { default: 'v2' }), flag('c')]);
    expect(result).toMatchObject({ ok: true, revision: 3 });
    expect(result.ok && result.diff.map(({ key, change }) => [key, change])).toEqual([
      ['Flag/a', 'removed'],
      ['Flag/b', 'changed'],
      ['Flag/c', 'added'],
    ]);
    expect(keys()).toEqual(['Flag/b', 'Flag/c']);
  });

  test('says what it did, who asked, why, and from which snapshot to which', async () => {
    const before = control.views.head(ENVIRONMENT)?.head.digest;
    await control.files([flag('a')]);
    await control.files([flag('a', { default: 'v2' })], { author: 'grace', why: 'v2 is ready' });
    const change = await control.views.change(ENVIRONMENT, 3);
    expect(change).toMatchObject({
      environment: ENVIRONMENT,
      lineage: 'lineage-1',
      revision: 3,
      author: 'grace',
      why: 'v2 is ready',
      action: 'apply',
      origin: 'files',
      to: control.views.head(ENVIRONMENT)?.head.digest,
      names: ['Flag/a'],
    });
    expect(change?.at).toMatch(/^1763712000\d{9}$/);
    expect(change?.diff[0]?.paths).toEqual([{ path: 'spec.default', from: 'v1', to: 'v2' }]);
    expect((await control.views.change(ENVIRONMENT, 2))?.from).toBe(before);
  });

  test('makes no revision when nothing differs, whatever the order of keys and resources', async () => {
    await control.files([flag('a'), flag('b')]);
    const { metadata, kind, apiVersion, spec } = flag('a');
    const shuffled = {
      spec: Object.fromEntries(Object.entries(spec).toReversed()),
      metadata,
      kind,
      apiVersion,
    };
    const result = await control.files([flag('b'), shuffled as never]);
    expect(result).toMatchObject({ ok: true, changed: false, revision: 2, diff: [] });
    expect(await control.views.history(ENVIRONMENT)).toHaveLength(2);
  });

  test('a dry run tells the same and writes nothing', async () => {
    await control.files([flag('a')]);
    const dry = await control.files([flag('b')], { dryRun: true });
    expect(dry).toMatchObject({ ok: true, changed: true, revision: 2 });
    expect(keys()).toEqual(['Flag/a']);
    const wet = await control.files([flag('b')]);
    expect(wet.ok && dry.ok && wet.diff).toEqual(dry.ok && dry.diff);
  });

  test('refuses a set with errors wholly, with all issues', async () => {
    await control.files([flag('a')]);
    const result = await control.files([flag('b', { default: 'v9' }), flag('c', { off: 'v8' }), flag('d')]);
    expect(result).toMatchObject({ ok: false, code: 'INVALID' });
    const found = !result.ok && result.code === 'INVALID' ? result.issues : [];
    expect(found.map(({ code, resource: of }) => [code, of])).toEqual(
      expect.arrayContaining([
        ['UNKNOWN_VARIANT', 'Flag/b'],
        ['UNKNOWN_VARIANT', 'Flag/c'],
      ]),
    );
    expect(keys()).toEqual(['Flag/a']);
    expect(revision()).toBe(2);
  });

  test('checks the set of one origin together with what the other owns', async () => {
    await control.api([resource('Segment', 'beta', { ids: ['u1'] })]);
    const using = flag('a', { rules: [{ id: 'r', when: 'inSegment("beta")', serve: { variant: 'v2' } }] });
    expect(await control.files([using])).toMatchObject({ ok: true });
    expect(await control.api([], ['Segment/beta'])).toMatchObject({ ok: false, code: 'INVALID' });
    expect(keys()).toEqual(['Flag/a', 'Segment/beta']);
  });

  test('refuses what belongs to the other origin, by name, and does not delete it by its absence', async () => {
    await control.files([flag('a')]);
    await control.api([flag('b')]);
    expect(await control.api([flag('a', { default: 'v2' })])).toMatchObject({
      code: 'OWNED',
      keys: ['Flag/a'],
    });
    expect(await control.api([], ['Flag/a'])).toMatchObject({ code: 'OWNED', keys: ['Flag/a'] });
    expect(await control.files([flag('a'), flag('b')])).toMatchObject({ code: 'OWNED', keys: ['Flag/b'] });
    expect(await control.files([])).toMatchObject({ ok: true });
    expect(keys()).toEqual(['Flag/b']);
  });

  test('a partial apply leaves the rest of its origin alone', async () => {
    await control.api([flag('a'), flag('b')]);
    const result = await control.api([flag('c')], ['Flag/a']);
    expect(result).toMatchObject({ ok: true, changed: true });
    expect(keys()).toEqual(['Flag/b', 'Flag/c']);
  });

  test('refuses to delete what is not there, and one key twice', async () => {
    expect(await control.api([], ['Flag/none'])).toMatchObject({
      code: 'INVALID',
      issues: [{ code: 'UNKNOWN_DELETE', resource: 'Flag/none' }],
    });
    expect(await control.files([flag('a'), flag('a', { default: 'v2' })])).toMatchObject({
      code: 'INVALID',
      issues: [{ code: 'DUPLICATE_RESOURCE', resource: 'Flag/a' }],
    });
  });

  test('an unknown environment is said to be one', async () => {
    expect(await control.files([], { environment: 'no/where' })).toMatchObject({
      code: 'ENVIRONMENT_UNKNOWN',
    });
  });
});

describe('generations', () => {
  const generations = () =>
    Object.fromEntries(
      (control.views.resources(ENVIRONMENT) ?? []).map((row) => [
        `Flag/${row.resource.metadata.name}`,
        row.generation,
      ]),
    );

  test('an apply on what was read goes through', async () => {
    await control.files([flag('a'), flag('b')]);
    expect(
      await control.files([flag('a', { default: 'v2' }), flag('c')], { generations: generations() }),
    ).toMatchObject({
      ok: true,
    });
  });

  test('names what moved since: changed, gone, and come', async () => {
    await control.api([flag('a'), flag('b'), flag('c')]);
    const read = generations();
    await control.api([flag('a', { default: 'v2' }), flag('d')], ['Flag/b']);
    const result = await control.files([], {
      origin: 'api',
      resources: [flag('a'), flag('b')],
      generations: read,
    });
    expect(result).toMatchObject({
      code: 'CONFLICT',
      moved: [
        { key: 'Flag/a', expected: 2, found: 3 },
        { key: 'Flag/b', expected: 2, found: 0 },
        { key: 'Flag/d', expected: 0, found: 3 },
      ],
    });
    expect(keys()).toEqual(['Flag/a', 'Flag/c', 'Flag/d']);
  });

  test('what others did elsewhere is no conflict', async () => {
    await control.api([flag('a'), flag('b')]);
    const read = generations();
    await control.api([flag('b', { default: 'v2' })]);
    expect(await control.api([flag('a', { default: 'v2' })], [], { generations: read })).toMatchObject({
      ok: true,
    });
  });

  test('a resource that left and came back is not the one that was read', async () => {
    await control.api([flag('a')]);
    const read = generations();
    await control.api([], ['Flag/a']);
    await control.api([flag('a', { default: 'v2' })]);
    expect(await control.api([flag('a')], [], { generations: read })).toMatchObject({ code: 'CONFLICT' });
  });

  test('generation 0 creates only', async () => {
    expect(await control.api([flag('a')], [], { generations: { 'Flag/a': 0 } })).toMatchObject({ ok: true });
    expect(await control.api([flag('a', { off: 'v2' })], [], { generations: { 'Flag/a': 0 } })).toMatchObject(
      {
        code: 'CONFLICT',
      },
    );
  });
});

describe('a set applied once', () => {
  test('does not undo a restore made since when its author starts again with the same set', async () => {
    await control.files([flag('a')]);
    await control.files([flag('a', { default: 'v2' })]);
    await control.commands.restore({ environment: ENVIRONMENT, author: 'ada', why: 'v2 hurts', to: 2 });
    const again = await control.files([flag('a', { default: 'v2' })], { once: true });
    expect(again).toMatchObject({ ok: true, changed: false, revision: 4 });
    expect(await control.files([flag('a', { default: 'v2' })])).toMatchObject({ changed: true });
  });

  test('applies a set that differs from its last', async () => {
    await control.files([flag('a')]);
    expect(await control.files([flag('a'), flag('b')], { once: true })).toMatchObject({ changed: true });
  });
});

describe('the snapshot', () => {
  test('holds what is in force, verifies, and is signed with its head', async () => {
    await control.files([flag('a'), flag('b')]);
    const encoded = control.views.encoded(ENVIRONMENT)!;
    const signed = control.views.head(ENVIRONMENT)!;
    expect(signed.head.digest).toBe(encoded.digest);
    expect(verifyEncoded(encoded, sha256)).toEqual({ ok: true });
    expect(decodeEntries(encoded)).toEqual([
      { kind: 'BreakGlass', name: 'key', body: { key: control.views.breakGlassKey(ENVIRONMENT) } },
      { kind: 'Flag', name: 'a', body: flag('a').spec },
      { kind: 'Flag', name: 'b', body: flag('b').spec },
    ]);
  });

  test('comes to the same bytes by another way', async () => {
    await control.files([flag('a'), flag('b')]);
    const digest = control.views.head(ENVIRONMENT)?.head.digest;
    await control.files([flag('a', { default: 'v2' })]);
    await control.files([flag('b'), flag('a')]);
    expect(control.views.head(ENVIRONMENT)?.head.digest).toBe(digest);
  });
});

describe('a store that cannot write', () => {
  test('on a full disk says so, changes nothing, and goes on when there is room', async () => {
    const store = openMemoryStore(() => 0);
    let full = false;
    control = await openTestControl({
      ...store,
      append: async (append) => {
        if (full) throw new StoreError('FULL', 'The disk is full: nothing was written.');
        return store.append(append);
      },
    });
    full = true;
    expect(await control.files([flag('a')])).toMatchObject({ ok: false, code: 'STORE_FULL' });
    expect(keys()).toEqual([]);
    full = false;
    expect(await control.files([flag('a')])).toMatchObject({ ok: true, revision: 2 });
  });

  test('that goes away during the commit is asked whether it was written', async () => {
    const store = openMemoryStore(() => 0);
    let lose: 'answer' | 'all' | undefined;
    control = await openTestControl({
      ...store,
      append: async (append) => {
        const appended = lose === 'all' ? undefined : await store.append(append);
        if (appended === undefined || lose !== undefined)
          throw new StoreError('UNAVAILABLE', 'The connection broke');
        return appended;
      },
    });
    lose = 'answer';
    expect(await control.files([flag('a')])).toMatchObject({ ok: true, revision: 2 });
    lose = 'all';
    const lost = await control.files([flag('b')]);
    expect(lost).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
    expect(!lost.ok && lost.message).toContain('may have been written or not');
    lose = undefined;
    expect(await control.files([flag('b')])).toMatchObject({ ok: true, revision: 3 });
  });

  test('that cannot note what an origin applied still says the truth about the change', async () => {
    const store = openMemoryStore(() => 0);
    control = await openTestControl({
      ...store,
      stand: () => Promise.reject(new StoreError('FULL', 'The disk is full')),
    });
    expect(await control.files([flag('a')])).toMatchObject({ ok: true, changed: true, revision: 2 });
    expect(keys()).toEqual(['Flag/a']);
  });
});
