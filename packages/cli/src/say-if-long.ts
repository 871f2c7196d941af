import type { Shell } from './shell.ts';

/** More resources than this take seconds. */
const MANY = 1_000;

/** Tells whoever waits at a terminal what takes long. */
export function sayIfLong(shell: Shell, count: number, what: string): void {
  if (count > MANY && shell.terminal.interactive && !shell.json()) shell.terminal.err(`${what}\n`);
}
