import { setImmediate } from 'node:timers/promises';

/** How long work may hold the event loop at a time, in milliseconds. */
const SLICE = 2;

const NEVER = new AbortController().signal;

/** Runs a generator to its end, letting the event loop turn every few milliseconds. Stops, rejecting, when the signal does. */
export async function inSlices<T>(steps: Generator<undefined, T>, signal: AbortSignal = NEVER): Promise<T> {
  for (;;) {
    const until = performance.now() + SLICE;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < until);
    await turn(signal);
  }
}

/** Lets the event loop turn once. Rejects when the signal was given. */
export async function turn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}
