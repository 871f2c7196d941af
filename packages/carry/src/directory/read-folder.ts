import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '@ombre/declare';
import { inSlices } from '../receiver/slices.ts';
import { type Listing, listFolder, type Mark } from './list-folder.ts';

/** A folder's files as they were at one instant, or nearly. */
export interface Folder {
  readonly files: readonly SourceFile[];
}

/** Reads all, beginning anew while files change under the reading. Throws where the folder cannot be read. */
export async function readFolder(root: string): Promise<Folder> {
  const reader = createFolderReader(root);
  let listing = await listFolder(root);
  for (let attempt = 0; ; attempt++) {
    const read = await reader.read(listing);
    const now = await listFolder(root, listing);
    if (read !== undefined && (now === listing || attempt >= 3)) return { files: read.files };
    if (read === undefined && attempt >= 3) throw new Error(`the files of ${root} come and go`);
    listing = now;
  }
}

/** The files of a listing, and those of them that were read now. */
interface Reading {
  readonly files: readonly SourceFile[];
  readonly fresh: readonly SourceFile[];
}

/** Reads a folder again and again, each time only the files whose mark is another. */
export interface FolderReader {
  /** Reads in slices; undefined where a file went meanwhile. */
  read(listing: Listing): Promise<Reading | undefined>;
}

export function createFolderReader(root: string): FolderReader {
  let known: ReadonlyMap<string, { readonly mark: Mark; readonly file: SourceFile }> = new Map();

  function* readListed({ files }: Listing): Generator<undefined, Reading | undefined> {
    const read = new Map<string, { readonly mark: Mark; readonly file: SourceFile }>();
    const fresh: SourceFile[] = [];
    for (const [path, mark] of files) {
      let one = known.get(path);
      if (one?.mark !== mark) {
        const text = readIfThere(join(root, path));
        if (text === undefined) return undefined;
        // A file that was touched but says the same is the same file.
        one = { mark, file: one?.file.text === text ? one.file : { path, text } };
        fresh.push(one.file);
        yield;
      }
      read.set(path, one);
    }
    known = read;
    return { files: [...read.values()].map(({ file }) => file), fresh };
  }

  return { read: (listing) => inSlices(readListed(listing)) };
}

/** A file may go between listing and reading: a swap is under way. Synchronous for the reason that {@link listFolder} gives. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
