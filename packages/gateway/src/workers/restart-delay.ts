/** Milliseconds before a worker that died is started again, after its first quick death and at most. */
const [BASE, CAP] = [200, 10_000];

/** A worker that lived for so many milliseconds died of something else than its start. */
const SETTLED = 30_000;

/** How often a worker died soon after its start, and how long to wait now. */
export interface Restart {
  readonly quick: number;
  /** Milliseconds. */
  readonly delay: number;
}

/** What follows a worker's death after `lived` milliseconds, given what followed the one before: the wait doubles with each quick death. */
export function nextRestart({ quick }: Restart, lived: number): Restart {
  const next = lived >= SETTLED ? 1 : quick + 1;
  return { quick: next, delay: Math.min(CAP, BASE * 2 ** (next - 1)) };
}

export const NEVER_DIED: Restart = { quick: 0, delay: 0 };
