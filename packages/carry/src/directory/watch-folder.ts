import type { SourceFile } from '@ombre/declare';
import type { FSWatcher } from 'chokidar';
import { type Clock, systemClock } from '../clock.ts';
import { type Folder, markFolder, readFolder } from './read-folder.ts';

/** After the last sign of a change so long is waited before reading, in milliseconds. */
const QUIET = 20;
/** Files that look half written are given so long to become whole. */
const GRACE = 250;
/** The folder is looked at so often even if nothing is reported: watching misses changes on some file systems. */
const POLL = 2_000;

export interface FolderWatchOptions {
  readonly clock?: Clock;
}

export interface FolderWatch {
  close(): Promise<void>;
}

/** What was read. `settled`: it has not changed for a while, so that what is wrong in it is meant. */
export type FolderReport =
  | { readonly files: readonly SourceFile[]; readonly settled: boolean; readonly error?: never }
  | { readonly error: Error; readonly files?: never };

/**
 * Reports a folder's files now and after each change, one report after the other. `report` answers whether it could use them; what it
 * could not use while unsettled is read and reported again, since a save may have been half done.
 */
export function watchFolder(
  root: string,
  report: (folder: FolderReport) => boolean,
  options: FolderWatchOptions = {},
): FolderWatch {
  const clock = options.clock ?? systemClock;
  let closed = false;
  let cancel: (() => void) | undefined;
  let reading = false;
  let again = false;
  let told: string | undefined;

  const watcher = openWatcher(root, () => soon(QUIET));

  function soon(wait: number): void {
    if (closed) return;
    cancel?.();
    cancel = clock.after(wait, () => void look());
  }

  async function look(): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    again = false;
    const wait = await lookOnce();
    reading = false;
    soon(again ? QUIET : wait);
  }

  /** Answers when to look next. */
  async function lookOnce(): Promise<number> {
    try {
      if ((await markFolder(root)) === told) return POLL;
      const folder = await readFolder(root);
      if (closed) return POLL;
      if (!looksHalfWritten(folder) && report({ files: folder.files, settled: false })) {
        told = folder.mark;
        return POLL;
      }
      await new Promise<void>((resolve) => clock.after(GRACE, resolve));
      if (closed || (await markFolder(root)) !== folder.mark) return 0;
      told = folder.mark;
      report({ files: folder.files, settled: true });
    } catch (error) {
      const mark = `unreadable: ${(error as Error).message}`;
      if (!closed && mark !== told) report({ error: error as Error });
      told = mark;
    }
    return POLL;
  }

  void look();
  return {
    async close() {
      closed = true;
      cancel?.();
      await (await watcher).close();
    },
  };
}

async function openWatcher(root: string, changed: () => void): Promise<FSWatcher> {
  const { watch } = await import('chokidar');
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => /(?:^|[\\/])node_modules(?:$|[\\/])/.test(path),
  });
  // What cannot be watched is still polled; what changed before the watch stood is found by looking once more.
  return watcher
    .on('all', changed)
    .on('ready', changed)
    .on('error', () => {});
}

/** Whole files end with a line end or a bracket; who writes in pieces, or truncates first, mostly has not got there. */
function looksHalfWritten({ files }: Folder): boolean {
  return files.some(({ text }) => !/[\n}\]]\s*$/.test(text.slice(-64)));
}
