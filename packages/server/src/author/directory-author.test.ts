import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ombre/carry';
import type { AuthorStatus } from '@ombre/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silent } from '../http/log.ts';
import { type Rig, startRig } from '../running-server.suite.ts';
import { type DirectoryAuthorOptions, openDirectoryAuthor } from './directory-author.ts';

const flag = (name: string, value: string) => `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: ${name} }
spec: { type: string, variants: { a: ${value}, b: other }, default: a, off: b }
`;

let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ files: { 'a.yaml': flag('one', 'first') } });
});
afterEach(() => rig.close());

const value = async (name: string): Promise<unknown> =>
  (await (await rig.post(`/ofrep/v1/evaluate/flags/${name}`, {})).json()).value;
const author = async (): Promise<AuthorStatus> => (await (await rig.ask('/v1/status')).json()).author;

/** Waits for what a save brings about; a save that never does fails by the test's time limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
const path = (file: string) => join(rig.folder, 'resources', file);

describe('a save', () => {
  test('written in place is served', async () => {
    expect(await value('one')).toBe('first');
    rig.write('a.yaml', flag('one', 'second'));
    await until(async () => (await value('one')) === 'second');
    expect(await author()).toMatchObject({ state: 'applied', issues: [], drift: [], files: 1 });
  });

  test('as editors do it, by a new file in the old place, is served', async () => {
    for (const next of ['second', 'third']) {
      writeFileSync(path('.a.yaml.swp'), 'not: yaml: at: all');
      writeFileSync(path('.a.yaml.new'), flag('one', next));
      renameSync(path('.a.yaml.new'), path('a.yaml'));
      await until(async () => (await value('one')) === next);
    }
  });

  test('of a new file in a new folder, and its deletion, are served', async () => {
    mkdirSync(path('more/deep'), { recursive: true });
    rig.write('more/deep/b.yaml', flag('two', 'x'));
    await until(async () => (await value('two')) === 'x');
    unlinkSync(path('more/deep/b.yaml'));
    await until(async () => (await value('two')) === undefined);
    expect(await value('one')).toBe('first');
  });

  test('written in pieces is served whole or not at all', async () => {
    const text = `${flag('one', 'whole')}---\n${flag('two', 'x')}`;
    const seen = new Set<unknown>();
    for (let end = 0; end <= text.length; end += 40) {
      writeFileSync(path('a.yaml'), text.slice(0, end));
      seen.add(await value('one'));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    writeFileSync(path('a.yaml'), text);
    await until(async () => (await value('two')) === 'x');
    expect([...seen].filter((one) => one !== 'first' && one !== 'whole')).toEqual([]);
    expect(await value('one')).toBe('whole');
  });

  test('with an error keeps the last good revision and says why with file, line and column', async () => {
    const { revision } = await (await rig.ask('/v1/status')).json();
    rig.write('a.yaml', flag('one', 'second').replace('default: a', 'default: nope'));
    await until(async () => (await author()).state === 'refused');
    const refused = await author();
    expect(refused.issues.length).toBeGreaterThan(0);
    expect(refused.issues[0]).toMatchObject({ severity: 'error', file: 'a.yaml', line: 4 });
    expect(refused.issues[0]!.column).toBeGreaterThan(1);
    expect(refused.drift).toEqual([]);
    expect(await value('one')).toBe('first');
    expect((await (await rig.ask('/v1/status')).json()).revision).toBe(revision);
    rig.write('a.yaml', flag('one', 'third'));
    await until(async () => (await value('one')) === 'third');
    expect(await author()).toMatchObject({ state: 'applied', issues: [] });
  });

  test('that leaves nothing deletes nothing', async () => {
    unlinkSync(path('a.yaml'));
    await until(async () => (await author()).state === 'refused');
    expect((await author()).message).toContain('no resources');
    expect(await value('one')).toBe('first');
  });

  test('for another environment is refused', async () => {
    rig.write('ombre.yaml', 'project: judge\nenvironment: staging\n');
    await until(async () => (await author()).state === 'refused');
    expect((await author()).message).toContain('judge/staging');
  });
});

test('drift is shown after a rollback and gone after the next save', async () => {
  rig.write('a.yaml', flag('one', 'second'));
  await until(async () => (await value('one')) === 'second');
  const { revision } = await (await rig.ask('/v1/status')).json();
  await rig.client.rollback({ to: revision - 1 });
  expect(await value('one')).toBe('first');
  expect((await author()).drift).toEqual(['Flag/one']);
  rig.write('a.yaml', `# again\n${flag('one', 'second')}`);
  await until(async () => (await value('one')) === 'second');
  expect((await author()).drift).toEqual([]);
});

test('a directory mounted as Kubernetes does it follows the swap of its link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-k8s-'));
  const mount = (name: string, text: string): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'flags.yaml'), text);
    symlinkSync(name, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  mount('..2026_1', flag('mounted', 'v1'));
  symlinkSync('..data/flags.yaml', join(folder, 'flags.yaml'));
  const mounted = await startRig({ directory: folder });
  const ask = async () => (await (await mounted.post('/ofrep/v1/evaluate/flags/mounted', {})).json()).value;
  try {
    expect(await ask()).toBe('v1');
    for (const [name, next] of [
      ['..2026_2', 'v2'],
      ['..2026_3', 'v3'],
    ] as const) {
      mount(name, flag('mounted', next));
      await until(async () => (await ask()) === next);
    }
  } finally {
    await mounted.close();
    rmSync(folder, { recursive: true });
  }
});

test('a save that met a full disk is applied when there is room again, without another save', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-full-'));
  writeFileSync(join(folder, 'a.yaml'), flag('one', 'first'));
  let full = true;
  let tries = 0;
  const head = { head: { revision: 1 } } as never;
  const watching = openDirectoryAuthor({
    directory: folder,
    environment: 'judge/production',
    commands: {
      apply: async ({ why }) => {
        tries += 1;
        expect(why).toBe('the directory as it was at the start');
        return full
          ? { ok: false, code: 'STORE_FULL', message: 'The disk is full' }
          : { ok: true, changed: true, revision: 2, diff: [], kept: [], issues: [] };
      },
    },
    views: { resources: () => [], head: () => head, change: async () => undefined, standing: async () => [] },
    changes: { subscribe: () => () => {} } as never,
    // The pauses between tries, which are seconds, pass at once.
    clock: { ...systemClock, after: (ms, call) => systemClock.after(ms >= 2_000 ? 1 : ms, call) },
    log: silent,
  } as DirectoryAuthorOptions);
  try {
    await watching.started;
    expect(watching.status()).toMatchObject({ state: 'refused', message: 'The disk is full' });
    await until(async () => tries > 2);
    full = false;
    await until(async () => watching.status().state === 'applied');
  } finally {
    await watching.close();
    rmSync(folder, { recursive: true });
  }
});
