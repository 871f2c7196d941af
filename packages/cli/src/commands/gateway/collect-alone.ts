import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect this process's young garbage on the main thread alone, from now on. What lives of a proxy's young garbage are the requests
 * under way, a quarter of a megabyte: one thread is through with it in a millisecond. Shared with helper threads it ends when the last of
 * them is done, and one that a busy machine has taken off its processor keeps every request waiting for as long.
 */
export function collectAlone(): void {
  setFlagsFromString('--no-parallel-scavenge');
}
