import { vi } from 'vitest';

/** Waits until nothing is thrown any more, however slow the machine is. */
export function until<T>(wanted: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(wanted, { timeout: 60_000, interval: 20 });
}
