import { afterEach, describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../../carry/src/manual-clock.suite.ts';
import type { GatewayReport } from '../report.ts';
import { keepWorkers, WorkerError, type WorkerProcess, type Workers } from './keep-workers.ts';

const report: GatewayReport = {
  url: 'http://127.0.0.1:1',
  environment: null,
  revision: null,
  status: 'ready',
  routes: [],
};

/** A process that does what it is told, by the test and by signals. */
interface Played extends WorkerProcess {
  readonly worker: number;
  serve(): void;
  end(how: string): void;
  readonly signals: readonly string[];
}

function play(worker: number, pid: number, obeys: boolean): Played {
  let serve = (_: GatewayReport): void => {};
  let end = (_: string): void => {};
  const signals: string[] = [];
  return {
    worker,
    pid,
    serving: new Promise((resolve) => {
      serve = resolve;
    }),
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    signals,
    serve: () => serve(report),
    end: (how) => end(how),
    signal(signal) {
      signals.push(signal);
      if (obeys || signal === 'SIGKILL') end(signal);
    },
  };
}

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('workers that are looked after', () => {
  let running: Workers | undefined;
  afterEach(() => running?.stop(0));

  /** Begins to keep so many; the first has not served yet. */
  function begin(count: number, obeys = true) {
    const clock: ManualClock = manualClock();
    const played: Played[] = [];
    const said: string[] = [];
    let deserted = 0;
    const workers = keepWorkers({
      count,
      clock,
      fork(worker) {
        const process = play(worker, 100 + played.length, obeys);
        played.push(process);
        return process;
      },
      log: (_, message) => void said.push(message),
      deserted: () => {
        deserted += 1;
      },
    });
    return { clock, played, said, workers, deserted: () => deserted };
  }

  async function serving(count: number, obeys = true) {
    const stage = begin(count, obeys);
    stage.played[0]!.serve();
    running = await stage.workers;
    for (const process of stage.played) process.serve();
    await settle();
    return { ...stage, workers: running };
  }

  test('the others are started when the first serves', async () => {
    const { played, workers } = begin(3);
    await settle();
    expect(played.map(({ worker }) => worker)).toEqual([1]);
    played[0]!.serve();
    running = await workers;
    expect(running.first).toBe(report);
    expect(played.map(({ worker }) => worker)).toEqual([1, 2, 3]);
    expect(running.states().map(({ report: told }) => told !== undefined)).toEqual([true, false, false]);
  });

  test('none is kept where the first ends before it serves', async () => {
    const { clock, played, workers } = begin(3);
    played[0]!.end('ended (exit 1)');
    await expect(workers).rejects.toThrow(
      new WorkerError('the first worker ended (exit 1) before it served'),
    );
    clock.advance(60_000);
    await settle();
    expect(played.length).toBe(1);
  });

  test('one that dies is started again after a wait, the others go on', async () => {
    const { clock, played, said, workers, deserted } = await serving(3);
    clock.advance(60_000);
    played[1]!.end('was killed (SIGKILL)');
    await settle();
    expect(said).toEqual(['worker 2 was killed (SIGKILL); it is started again in 200 ms']);
    expect(workers.states()[1]).toEqual({ worker: 2, pid: undefined, report: undefined, restarts: 0 });
    clock.advance(199);
    await settle();
    expect(played.length).toBe(3);
    clock.advance(1);
    await settle();
    expect(workers.states()[1]).toEqual({ worker: 2, pid: 103, report: undefined, restarts: 1 });
    played[3]!.serve();
    await settle();
    expect(said.at(-1)).toBe('worker 2 serves again');
    expect(workers.states()[1]?.report).toBe(report);
    expect(deserted()).toBe(0);
  });

  test('says when the last of them died', async () => {
    const { played, deserted } = await serving(2);
    played[0]!.end('was killed (SIGKILL)');
    await settle();
    expect(deserted()).toBe(0);
    played[1]!.end('was killed (SIGKILL)');
    await settle();
    expect(deserted()).toBe(1);
  });

  test('all are told to stop, and none is started again then, not even one that waits for it', async () => {
    const { clock, played, workers } = await serving(3);
    played[2]!.end('ended (exit 1)');
    await settle();
    await workers.stop(30_000);
    clock.advance(60_000);
    await settle();
    expect(played.map(({ signals }) => signals)).toEqual([['SIGTERM'], ['SIGTERM'], []]);
  });

  test('one that does not stop is killed when its grace period is well over', async () => {
    const { clock, played, workers } = await serving(2, false);
    const stopped = workers.stop(30_000);
    await settle();
    clock.advance(39_999);
    expect(played[0]!.signals).toEqual(['SIGTERM']);
    clock.advance(1);
    await stopped;
    expect(played.map(({ signals }) => signals)).toEqual([
      ['SIGTERM', 'SIGKILL'],
      ['SIGTERM', 'SIGKILL'],
    ]);
  });
});
