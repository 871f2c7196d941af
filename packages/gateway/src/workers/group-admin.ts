import type { Server } from 'node:http';
import { createAdmin } from '../admin.ts';
import { createAskWorkers } from './ask-workers.ts';
import { createGroupDoor } from './group-door.ts';
import { joinMetrics } from './join-metrics.ts';
import type { WorkerState } from './keep-workers.ts';

/** What the admin port of a group answers from. */
export interface GroupAdminParts {
  readonly states: () => readonly WorkerState[];
  readonly closing: () => boolean;
}

/** The admin port of a group: what `createAdmin` answers for one gateway, asked of all workers. It is ready while one of them serves. */
export function createGroupAdmin({ states, closing }: GroupAdminParts): Server {
  const ask = createAskWorkers(states);
  return createAdmin({
    async metrics() {
      const answers = await ask('/metrics');
      return joinMetrics(answers) + aboutWorkers(states(), new Set(answers.map(({ worker }) => worker)));
    },
    async routes() {
      const [first] = await ask('/routes');
      return first === undefined ? [] : JSON.parse(first.text);
    },
    workers: () =>
      states().map(({ worker, pid = null, report, restarts }) => ({
        worker,
        pid,
        adminUrl: report?.adminUrl ?? null,
        restarts,
      })),
    breakGlass: createGroupDoor(ask),
    async unready() {
      if (closing()) return 'stopping';
      const answers = await ask('/readyz');
      if (answers.some(({ status }) => status === 200)) return undefined;
      return answers[0]?.text.trim() ?? 'no worker serves';
    },
  });
}

/** A worker that does not answer is missing in the other metrics: these say so. */
function aboutWorkers(states: readonly WorkerState[], heard: ReadonlySet<number>): string {
  return [
    '# HELP ombre_gateway_worker_up 1 where the metrics of the worker are among these.',
    '# TYPE ombre_gateway_worker_up gauge',
    ...states.map(({ worker }) => `ombre_gateway_worker_up{worker="${worker}"} ${Number(heard.has(worker))}`),
    '# HELP ombre_gateway_worker_restarts_total How often the worker was started again after it had died.',
    '# TYPE ombre_gateway_worker_restarts_total counter',
    ...states.map(
      ({ worker, restarts }) => `ombre_gateway_worker_restarts_total{worker="${worker}"} ${restarts}`,
    ),
    '',
  ].join('\n');
}
