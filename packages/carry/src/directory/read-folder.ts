import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from '@ombre/declare';

/** Resources, and the lists of ids that segments name. */
const READ = /\.(?:ya?ml|json|txt|csv|ids)$/;
const SKIPPED = new Set(['node_modules']);
const MOST_FILES = 20_000;
const MOST_BYTES = 256 * 1024 * 1024;

/** A folder's files as they were at one instant, or nearly: compare `mark` with a later one's. */
export interface Folder {
  readonly files: readonly SourceFile[];
  /** Changes when a file is written, replaced, added or removed, also behind a link. */
  readonly mark: string;
}

/** A state of all files that tells two states apart without reading one. Throws where the folder cannot be read. */
export async function markFolder(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, mark } of await list(root)) hash.update(`${path}\0${mark}\n`);
  return hash.digest('hex');
}

/** Reads all, beginning anew while files change under the reading. Throws where the folder cannot be read. */
export async function readFolder(root: string): Promise<Folder> {
  for (let attempt = 0; ; attempt++) {
    const mark = await markFolder(root);
    try {
      const files: SourceFile[] = [];
      for (const { path } of await list(root)) {
        files.push({ path, text: await readFile(join(root, path), 'utf8') });
      }
      if ((await markFolder(root)) === mark || attempt >= 3) return { files, mark };
    } catch (error) {
      // A file may go between listing and reading: a swap is under way.
      if (attempt >= 3 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

interface Listed {
  readonly path: string;
  readonly mark: string;
}

/** Files in order of their paths. Hidden ones are passed over: editors' leftovers, and the folders behind Kubernetes' links. */
async function list(root: string): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  const entered = new Set<string>();
  let bytes = 0;

  async function enter(folder: string): Promise<void> {
    const real = await realpath(join(root, folder));
    if (entered.has(real)) return;
    entered.add(real);
    const names = (await readdir(real)).filter((name) => !name.startsWith('.') && !SKIPPED.has(name));
    for (const name of names.sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const about = await stat(join(root, path)).catch(() => undefined);
      if (about?.isDirectory() === true) await enter(path);
      else if (about?.isFile() === true && READ.test(name)) {
        bytes += about.size;
        if (found.length >= MOST_FILES || bytes > MOST_BYTES) {
          throw new RangeError(`more than ${MOST_FILES} files or ${MOST_BYTES} bytes in ${root}`);
        }
        found.push({ path, mark: `${about.ino} ${about.size} ${about.mtimeMs} ${about.ctimeMs}` });
      }
    }
  }

  await enter('');
  return found;
}
