/** The longest turn of this process's event loop while it was watched. */
export interface Turns {
  /** Milliseconds by the wall clock. */
  readonly stall: number;
  /** Milliseconds of processor that this turn took at least. */
  readonly slice: number;
  /** Turns of more than 10 ms of processor: when they ended, by `performance.now()`, and how long they were. */
  readonly long: readonly { readonly at: number; readonly slice: number }[];
}

/** What a goal calls a long turn, in milliseconds. */
const LONG = 10;

/**
 * Watches the time between two turns of the event loop, by the wall clock and by the processor. Where others use the machine a turn may wait for its
 * core: the lesser of wall time and the processor time of all threads of this process is at least what the turn itself took.
 */
export function watchTurns(): () => Turns {
  let [stall, slice] = [0, 0];
  const long: { at: number; slice: number }[] = [];
  let last = performance.now();
  let lastUsed = ownProcessorTime();
  let running = true;
  const tick = (): void => {
    const [now, used] = [performance.now(), ownProcessorTime()];
    const took = Math.min(now - last, used - lastUsed);
    stall = Math.max(stall, now - last);
    slice = Math.max(slice, took);
    if (took > LONG) long.push({ at: now, slice: took });
    [last, lastUsed] = [now, used];
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  return () => {
    running = false;
    tick();
    return { stall, slice, long };
  };
}

/** Runs work and answers the longest turn meanwhile and how long it took, in milliseconds. */
export async function turnsDuring(work: () => Promise<void>): Promise<Turns & { readonly took: number }> {
  const end = watchTurns();
  await new Promise((resolve) => setImmediate(resolve));
  const start = performance.now();
  await work();
  const took = performance.now() - start;
  return { ...end(), took };
}

/** Milliseconds of processor time that all threads of this process have spent. */
function ownProcessorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
