import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Head } from '@ombre/decide';
import { openStateFolder } from './state-folder.ts';

/** The heads of the snapshots in a state directory, one an environment. What cannot be read is left out; nothing is verified. */
export async function savedHeads(root: string): Promise<readonly Head[]> {
  const folder = openStateFolder(root, '');
  const heads: Head[] = [];
  for (const project of await foldersIn(root)) {
    for (const name of await foldersIn(join(root, project))) {
      const { saved } = await folder.load(`${project}/${name}`);
      if (saved !== undefined) heads.push(saved.announced.signed.head);
    }
  }
  return heads;
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const found = await readdir(path, { withFileTypes: true }).catch(() => []);
  return found.filter((one) => one.isDirectory() && !one.name.startsWith('.')).map(({ name }) => name);
}
