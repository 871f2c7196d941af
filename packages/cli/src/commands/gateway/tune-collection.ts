import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect this process's young garbage as suits a proxy, from now on (docs/adr/029). On the main thread alone: what lives are the
 * requests under way, a quarter of a megabyte, and helper threads that a busy machine has taken off its processor would keep every request
 * waiting. And grown at one stride: a quiet process gives its young generation back, and doubling from 1 MB takes dozens of collections.
 */
export function tuneCollection(): void {
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString('--semi-space-growth-factor=16');
}
