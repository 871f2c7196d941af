/** Calls of a window by how they ended. */
export interface Sums {
  readonly calls: number;
  readonly failed: number;
  /** Longer than the limit, whether they failed or not. */
  readonly slow: number;
}

/** The calls a breaker looks back on. Times are milliseconds of one clock that never goes back, from 0 on. */
export interface Window {
  add(now: number, failed: boolean, slow: boolean): void;
  /** As they stand: the next call to the window changes them. */
  sums(now: number): Sums;
}

interface Cell {
  calls: number;
  failed: number;
  slow: number;
}

/** The calls that ended in the running second and the `seconds - 1` before it, as Resilience4j counts them: one cell a second. */
export function timeWindow(seconds: number): Window {
  const cells = Array.from({ length: seconds }, emptyCell);
  const sums = emptyCell();
  let newest = -1;

  /** Lets go of the seconds that are too old by now. */
  function advance(now: number): number {
    const second = Math.floor(now / 1000);
    for (let at = Math.max(newest + 1, second - seconds + 1); at <= second; at++) {
      const cell = cells[at % seconds];
      if (cell === undefined || cell.calls === 0) continue;
      change(sums, cell, -1);
      cells[at % seconds] = emptyCell();
    }
    newest = Math.max(newest, second);
    return second;
  }

  return {
    add(now, failed, slow) {
      const cell = cells[advance(now) % seconds];
      if (cell === undefined) return;
      const call = { calls: 1, failed: Number(failed), slow: Number(slow) };
      change(cell, call, 1);
      change(sums, call, 1);
    },
    sums(now) {
      advance(now);
      return sums;
    },
  };
}

/** The last so many calls. */
export function countWindow(size: number): Window {
  const ring: Sums[] = [];
  const sums = emptyCell();
  let next = 0;
  return {
    add(_now, failed, slow) {
      const before = ring[next];
      if (before !== undefined) change(sums, before, -1);
      const call = { calls: 1, failed: Number(failed), slow: Number(slow) };
      ring[next] = call;
      change(sums, call, 1);
      next = (next + 1) % size;
    },
    sums: () => sums,
  };
}

function emptyCell(): Cell {
  return { calls: 0, failed: 0, slow: 0 };
}

function change(cell: Cell, { calls, failed, slow }: Sums, sign: 1 | -1): void {
  cell.calls += sign * calls;
  cell.failed += sign * failed;
  cell.slow += sign * slow;
}
