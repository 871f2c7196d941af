import type { Clock } from '../clock.ts';
import type { Problem } from '../problem.ts';
import { createPacer } from './pacer.ts';
import type { Saved, StateFolder } from './state-folder.ts';

/** Writes are at least this far apart, in milliseconds: a snapshot is written whole. */
const PACE = 1_000;
/** After a failure it is tried again so much later: a full disk may have been emptied. */
const AGAIN = 30_000;

export interface Saver {
  /** This is to be on disk soon; it takes the place of what still waits. */
  save(saved: Saved): void;
  /** Writes what still waits. */
  finish(): Promise<void>;
}

/** `done` hears of each write. */
export function createSaver(
  folder: StateFolder,
  clock: Clock,
  done: (problem: Problem | undefined) => void,
): Saver {
  let waiting: Saved | undefined;
  let cancel: (() => void) | undefined;

  const pacer = createPacer(clock, PACE, async () => {
    const saved = waiting;
    if (saved === undefined) return;
    waiting = undefined;
    const problem = await folder.save(saved);
    if (problem !== undefined) {
      waiting ??= saved;
      cancel?.();
      cancel = clock.after(AGAIN, () => pacer.request());
    }
    done(problem);
  });

  return {
    save(saved) {
      waiting = saved;
      pacer.request();
    },
    async finish() {
      cancel?.();
      await pacer.finish();
    },
  };
}
