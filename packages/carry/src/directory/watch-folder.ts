import { type FSWatcher, statSync, watch } from 'node:fs';
import type { SourceFile } from '@ombre/declare';
import { type Clock, systemClock } from '../clock.ts';
import { type Listing, listFolder, relistFiles } from './list-folder.ts';
import { createFolderReader } from './read-folder.ts';

/** After the last sign of a change so long is waited before reading, in milliseconds. */
const QUIET = 20;
/** Files that look half written are given so long to become whole. */
const GRACE = 250;
/** The folder is looked at so often even if nothing is reported: watching misses changes on some file systems. */
const POLL = 2_000;
/** After signs of more files than this the whole folder is looked at. */
const MOST_TOUCHED = 100;

export interface FolderWatchOptions {
  readonly clock?: Clock;
}

export interface FolderWatch {
  close(): Promise<void>;
}

/** What was read. `settled`: it has not changed for a while, so that what is wrong in it is meant. Files that stayed are the same objects. */
export type FolderReport =
  | { readonly files: readonly SourceFile[]; readonly settled: boolean; readonly error?: never }
  | { readonly error: Error; readonly files?: never };

/**
 * Reports a folder's files now and after each change, one report after the other. `report` answers whether it could use them; what it
 * could not use while unsettled is read and reported again, since a save may have been half done. A save costs what it touched, whatever
 * else the folder holds.
 */
export function watchFolder(
  root: string,
  report: (folder: FolderReport) => boolean | Promise<boolean>,
  options: FolderWatchOptions = {},
): FolderWatch {
  const clock = options.clock ?? systemClock;
  const reader = createFolderReader(root);
  let closed = false;
  let cancel: (() => void) | undefined;
  let looking = false;
  /** Paths that gave a sign since the last look. */
  let signs: Set<string> | 'all' | undefined;
  let listed: Listing | undefined;
  let told: Listing | string | undefined;

  const watches = watchFolders((path) => {
    if (signs !== 'all') signs = signs === undefined ? new Set([path]) : signs.add(path);
    if (!looking) soon(QUIET);
  });

  function soon(wait: number): void {
    if (closed) return;
    cancel?.();
    cancel = clock.after(wait, () => void look());
  }

  async function look(): Promise<void> {
    looking = true;
    // Without a sign this is the poll, which is there for what gave none.
    const wait = await lookOnce(signs ?? 'all');
    looking = false;
    soon(signs === undefined ? wait : QUIET);
  }

  /** The folder as it is now. Where signs tell all that happened, only those files are looked at. */
  async function list(scope: Iterable<string> | 'all'): Promise<Listing> {
    const paths = scope === 'all' || signs === 'all' ? 'all' : [...scope, ...(signs ?? [])];
    signs = undefined;
    const few = listed !== undefined && paths !== 'all' && paths.length <= MOST_TOUCHED;
    const relisted = few && listed !== undefined ? relistFiles(root, listed, paths) : undefined;
    listed = relisted ?? (await listFolder(root, listed));
    // What changed before a watch stood gave no sign.
    if (watches.follow(listed.folders)) signs = 'all';
    return listed;
  }

  /** Answers when to look next. */
  async function lookOnce(scope: Iterable<string> | 'all'): Promise<number> {
    try {
      const listing = await list(scope);
      if (listing === told) return POLL;
      const folder = await reader.read(listing);
      if (closed) return POLL;
      const fresh = (folder?.fresh ?? []).map(({ path }) => path);
      // Changed under the reading: once more.
      if (folder === undefined || (await list(fresh)) !== listing) return 0;
      const { files } = folder;
      if (!folder.fresh.some(looksHalfWritten) && (await report({ files, settled: false }))) {
        told = listing;
        return POLL;
      }
      await new Promise<void>((resolve) => clock.after(GRACE, resolve));
      if (closed || (await list('all')) !== listing) return 0;
      told = listing;
      await report({ files, settled: true });
    } catch (error) {
      const mark = `unreadable: ${(error as Error).message}`;
      if (!closed && mark !== told) await report({ error: error as Error });
      told = mark;
      listed = undefined;
    }
    return POLL;
  }

  void look();
  return {
    async close() {
      closed = true;
      cancel?.();
      watches.close();
    },
  };
}

interface FolderWatches {
  /**
   * Watches exactly these from now on, and none once closed; answers whether one is new. `folders`: real paths, and how paths of what is in
   * them begin.
   */
  follow(folders: ReadonlyMap<string, string>): boolean;
  close(): void;
}

/**
 * A watch for each folder and none for files: what a system tells of a folder names the file. (Measured with ten thousand files in a folder: a
 * watcher that keeps each file's state takes a third of a second of processor time a save.) What cannot be watched is still polled.
 */
function watchFolders(changed: (path: string) => void): FolderWatches {
  const open = new Map<
    string,
    { readonly ino: number | undefined; readonly watcher: FSWatcher | undefined }
  >();
  let closed = false;

  function begin(real: string, prefix: string): FSWatcher | undefined {
    try {
      const watcher = watch(real, (_event, name) => changed(`${prefix}${name ?? ''}`));
      return watcher.on('error', () => watcher.close());
    } catch {
      return undefined;
    }
  }

  return {
    follow(folders) {
      // The folder was being listed when it was closed: a watch opened now would keep the process from ending.
      if (closed) return false;
      for (const [real, { ino, watcher }] of open) {
        // A folder in another's place is another one, though its path stayed.
        if (folders.has(real) && inodeOf(real) === ino) continue;
        watcher?.close();
        open.delete(real);
      }
      const before = open.size;
      for (const [real, prefix] of folders) {
        if (!open.has(real)) open.set(real, { ino: inodeOf(real), watcher: begin(real, prefix) });
      }
      return open.size > before;
    },
    close() {
      closed = true;
      for (const { watcher } of open.values()) watcher?.close();
      open.clear();
    },
  };
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Whole files end with a line end or a bracket; who writes in pieces, or truncates first, mostly has not got there. */
function looksHalfWritten({ text }: SourceFile): boolean {
  return !/[\n}\]]\s*$/.test(text.slice(-64));
}
