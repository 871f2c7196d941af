import type { WorkerState } from './keep-workers.ts';

/** Milliseconds a worker may take to answer. */
const PATIENCE = 2_000;

export interface WorkerAnswer {
  readonly worker: number;
  readonly status: number;
  readonly text: string;
}

/** Asks the admin port of every worker that serves; those that do not answer are left out. */
export type AskWorkers = (
  path: string,
  more?: { readonly method: 'POST'; readonly body: string },
) => Promise<readonly WorkerAnswer[]>;

export function createAskWorkers(states: () => readonly WorkerState[]): AskWorkers {
  return async (path, more) => {
    const answers = states().map(async ({ worker, report }): Promise<WorkerAnswer | undefined> => {
      if (report?.adminUrl === undefined) return undefined;
      try {
        const signal = AbortSignal.timeout(PATIENCE);
        const answer = await fetch(`${report.adminUrl}${path}`, { signal, ...more });
        return { worker, status: answer.status, text: await answer.text() };
      } catch {
        return undefined;
      }
    });
    return (await Promise.all(answers)).filter((one) => one !== undefined);
  };
}
