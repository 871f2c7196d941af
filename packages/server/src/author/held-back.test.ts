import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ombre/carry';
import type { Resource } from '@ombre/decide/model';
import { formatResources } from '@ombre/declare';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  asked,
  ENVIRONMENT,
  flag,
  openTestControl,
  release,
  type TestControl,
} from '../commands/control.suite.ts';
import { silent } from '../http/log.ts';
import { type DirectoryAuthor, openDirectoryAuthor } from './directory-author.ts';

let folder: string;
let control: TestControl;
let author: DirectoryAuthor;

const save = (resources: readonly Resource[]): void =>
  writeFileSync(join(folder, 'all.yaml'), formatResources(resources));
const open = (restored = async () => false): DirectoryAuthor => {
  const { commands, views, changes } = control;
  const parts = { commands, views, changes, restored, clock: systemClock, log: silent };
  return openDirectoryAuthor({ ...parts, directory: folder, environment: ENVIRONMENT });
};
const served = (): unknown => {
  const row = control.views.resource(ENVIRONMENT, 'Flag/a')?.resource;
  return row?.kind === 'Flag' ? row.spec.default : undefined;
};
const codes = () => author.status().issues.map(({ code }) => code);

/** Waits for what follows from a save or a move; what never does fails by the test's time limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function place(reached: number, shares: readonly number[], version: number): Promise<void> {
  const token = (await control.store.lease('shard', 'me', 60_000))?.token ?? 0;
  const placement = { reached, shares, epoch: version + 1 };
  const fence = { lease: 'shard', token };
  expect(await control.commands.place({ ...asked, release: 'r', placement, version, fence })).toMatchObject({
    ok: true,
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ombre-held-'));
  control = await openTestControl();
  save([flag('a'), release('r', 'a')]);
  author = open();
  await author.started;
  await place(1, [0.1], 0);
  save([flag('a', { default: 'v2' }), release('r', 'a')]);
  await until(() => codes().includes('RELEASE_PINS'));
  expect(served()).toBe('v1');
});
afterEach(async () => {
  await author.close();
  control.close();
  rmSync(folder, { recursive: true });
});

test('what a release held back of a save is applied when it has ended, without another save', async () => {
  await place(2, [0.1, 1], 1);
  await until(() => served() === 'v2');
  const [last] = await control.views.history(ENVIRONMENT, { limit: 1 });
  expect(last).toMatchObject({ why: 'a save that a release had held back', origin: 'files' });
  await until(() => !codes().includes('RELEASE_PINS'));
});

test('it stays held back while the release only climbs', async () => {
  await place(1, [0.2], 1);
  const { revision } = control.views.head(ENVIRONMENT)?.head ?? {};
  await author.close();
  expect(served()).toBe('v1');
  expect(control.views.head(ENVIRONMENT)?.head.revision).toBe(revision);
  expect(codes()).toContain('RELEASE_PINS');
});

test('the next process knows of it too', async () => {
  await author.close();
  author = open();
  await author.started;
  expect(served()).toBe('v1');
  await place(0, [], 1);
  await until(() => served() === 'v2');
});

test('it is dropped where a restore takes the release back, and does not go in between', async () => {
  await author.close();
  let went = (_: boolean): void => {};
  const restored = new Promise<boolean>((resolve) => {
    went = resolve;
  });
  author = open(() => restored);
  await author.started;
  await place(0, [], 1);
  expect(served()).toBe('v1');
  went(true);
  await author.close();
  expect(served()).toBe('v1');
});
