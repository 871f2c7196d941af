import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listFolder } from './list-folder.ts';
import { watchFolder } from './watch-folder.ts';

const watchers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'FSEventWrap').length;

test('a folder that is being looked at when it is closed is watched no more, or its process would never end', async () => {
  const root = mkdtempSync(join(tmpdir(), 'ombre-watch-'));
  writeFileSync(join(root, 'a.yaml'), 'a: 1\n');
  const before = watchers();
  // The first look has begun, and is over after these, which began later.
  await watchFolder(root, () => true).close();
  for (let looks = 0; looks < 5; looks += 1) await listFolder(root, undefined);
  expect(watchers()).toBe(before);
  rmSync(root, { recursive: true });
});
