import cluster from 'node:cluster';
import { systemClock } from '@ombre/carry';
import { listen } from '../listen.ts';
import type { Listen } from '../options.ts';
import type { GatewayReport } from '../report.ts';
import { createGroupAdmin } from './group-admin.ts';
import { keepWorkers, type WorkerProcess, type WorkerState, type Workers } from './keep-workers.ts';

export interface WorkersOptions {
  readonly count: number;
  /** Metrics and health of them all. Not for the clients of the gateway. */
  readonly admin: Listen;
  /** The listening socket was handed down to this process: it is gone with the last worker that used it. */
  readonly inherited: boolean;
  /** Told when a worker dies and when it serves again. */
  readonly log: (level: 'info' | 'warn', message: string) => void;
}

export interface RunningWorkers {
  /** What the first of them told when it served, with the admin port of them all. */
  readonly report: GatewayReport;
  /** Settles when nobody is left and nobody can be started, because the socket that was handed down is gone. */
  readonly deserted: Promise<void>;
  /** Tells all to stop and waits until they have answered what was under way, at most `grace` milliseconds and some more. */
  close(grace: number): Promise<void>;
}

/** Of a worker: which one it is, and where it asks for the kills of the others. */
export interface WorkerPlace {
  readonly worker: number;
  readonly groupUrl: string;
}

const PLACE = 'OMBRE_GATEWAY_WORKER';

/**
 * Runs this very program, with the arguments it was started with, in so many processes that take connections from one listening socket: what a
 * worker listens on is opened here and shared by `node:cluster`, whose workers accept by themselves (`SCHED_NONE`). In them `workerPlace`
 * answers. Rejects where the first worker cannot serve.
 */
export async function startWorkers({
  count,
  admin: at,
  inherited,
  log,
}: WorkersOptions): Promise<RunningWorkers> {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  let workers: Workers | undefined;
  let closing = false;
  const states = (): readonly WorkerState[] => workers?.states() ?? [];
  const admin = createGroupAdmin({ states, closing: () => closing });
  const adminUrl = await listen(admin, at);
  let desert = (): void => {};
  const deserted = new Promise<void>((resolve) => {
    desert = resolve;
  });
  const closeAdmin = (): Promise<void> =>
    new Promise((resolve) => {
      admin.close(() => resolve());
      admin.closeAllConnections();
    });
  try {
    workers = await keepWorkers({
      count,
      fork: forkFor(reachable(adminUrl)),
      clock: systemClock,
      log,
      deserted: inherited ? desert : () => {},
    });
  } catch (error) {
    await closeAdmin();
    throw error;
  }
  const running = workers;
  return {
    report: { ...running.first, adminUrl },
    deserted,
    async close(grace) {
      closing = true;
      await running.stop(grace);
      await closeAdmin();
    },
  };
}

/** Undefined in a process that is no worker. */
export function workerPlace(): WorkerPlace | undefined {
  const text = process.env[PLACE];
  return cluster.isWorker && text !== undefined ? (JSON.parse(text) as WorkerPlace) : undefined;
}

/** Tells whoever started this worker that it serves. */
export function tellServing(report: GatewayReport): void {
  process.send?.({ serving: report });
}

/** Lets this worker's process end. */
export function leaveGroup(): void {
  cluster.worker?.disconnect();
}

function forkFor(groupUrl: string): (worker: number) => WorkerProcess {
  return (worker) => {
    const place: WorkerPlace = { worker, groupUrl };
    const child = cluster.fork({ [PLACE]: JSON.stringify(place) });
    // A message to a worker that is dying is lost, and it is started again anyhow.
    child.on('error', () => {});
    return {
      pid: child.process.pid,
      serving: new Promise((resolve) => {
        child.on('message', (message: { readonly serving?: GatewayReport }) => {
          if (message.serving !== undefined) resolve(message.serving);
        });
      }),
      ended: new Promise((resolve) => {
        child.once('exit', (code, signal) =>
          resolve(signal ? `was killed (${signal})` : `ended (exit ${code})`),
        );
      }),
      signal: (signal) => void child.process.kill(signal),
    };
  };
}

/** An address that stands for all of a machine's is reached over its loopback. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
