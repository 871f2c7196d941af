import type { Clock } from '@ombre/carry';
import type { GatewayReport } from '../report.ts';
import { NEVER_DIED, nextRestart } from './restart-delay.ts';

/** Milliseconds beyond the grace period after which a worker that was told to stop is killed. */
const OVERDUE = 10_000;

/** A worker as far as it is looked after. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Settles when its ports are open; never where it ends before. */
  readonly serving: Promise<GatewayReport>;
  /** Settles when it is gone, with how it ended. */
  readonly ended: Promise<string>;
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** How a worker stands. */
export interface WorkerState {
  /** From 1. */
  readonly worker: number;
  /** Undefined while there is no process. */
  readonly pid: number | undefined;
  /** Undefined while it does not serve. */
  readonly report: GatewayReport | undefined;
  readonly restarts: number;
}

export interface Workers {
  /** What the first of them told when it served. */
  readonly first: GatewayReport;
  /** In their order. */
  states(): readonly WorkerState[];
  /** Tells all to stop and waits until they have; those that have not after `grace` milliseconds and some more are killed. */
  stop(grace: number): Promise<void>;
}

export interface WorkersParts {
  readonly count: number;
  /** Starts the process of a worker. */
  readonly fork: (worker: number) => WorkerProcess;
  readonly clock: Clock;
  readonly log: (level: 'info' | 'warn', message: string) => void;
  /** Called when the last of them died. */
  readonly deserted: () => void;
}

/** No worker could be started. */
export class WorkerError extends Error {}

/**
 * Keeps so many workers running: one that dies is started again, after a wait that grows while it dies soon. The first is waited for
 * before the others are started; where it ends before it serves this rejects with WorkerError, and none is there.
 */
export async function keepWorkers({ count, fork, clock, log, deserted }: WorkersParts): Promise<Workers> {
  let stopping = false;

  function start(place: Place): WorkerProcess {
    const process = fork(place.worker);
    place.process = process;
    void process.serving.then((report) => {
      place.report = report;
    });
    void process.ended.then(() => {
      place.process = undefined;
      place.report = undefined;
    });
    return process;
  }

  async function keep(place: Place, begun: WorkerProcess): Promise<void> {
    const { worker } = place;
    let restart = NEVER_DIED;
    for (let process = begun; ; ) {
      const began = clock.monotonic();
      const how = await process.ended;
      if (stopping) return;
      restart = nextRestart(restart, clock.monotonic() - began);
      log('warn', `worker ${worker} ${how}; it is started again in ${restart.delay} ms`);
      if (places.every((one) => one.process === undefined)) deserted();
      await new Promise<void>((resolve) => {
        const cancel = clock.after(restart.delay, resolve);
        place.wake = () => {
          cancel();
          resolve();
        };
      });
      if (stopping) return;
      place.restarts += 1;
      process = start(place);
      void process.serving.then(() => log('info', `worker ${worker} serves again`));
    }
  }

  const leader = createPlace(1);
  const leading = start(leader);
  const failed = leading.ended.then((how) => {
    throw new WorkerError(`the first worker ${how} before it served`);
  });
  const first = await Promise.race([leading.serving, failed]);
  const others = Array.from({ length: count - 1 }, (_, index) => createPlace(index + 2));
  const places = [leader, ...others];
  const lives = [keep(leader, leading), ...others.map((place) => keep(place, start(place)))];

  return {
    first,
    states: () =>
      places.map(({ worker, process, report, restarts }) => ({
        worker,
        pid: process?.pid,
        report,
        restarts,
      })),
    async stop(grace) {
      stopping = true;
      for (const { process, wake } of places) {
        process?.signal('SIGTERM');
        wake();
      }
      const cancel = clock.after(grace + OVERDUE, () => {
        for (const { process } of places) process?.signal('SIGKILL');
      });
      await Promise.all(lives);
      cancel();
    },
  };
}

interface Place {
  readonly worker: number;
  /** Undefined while nobody is there. */
  process: WorkerProcess | undefined;
  report: GatewayReport | undefined;
  restarts: number;
  /** Ends the wait before it is started again. */
  wake: () => void;
}

function createPlace(worker: number): Place {
  return { worker, process: undefined, report: undefined, restarts: 0, wake: () => {} };
}
