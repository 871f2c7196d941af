/** Calls of a window by how they ended. */
export interface Sums {
  readonly calls: number;
  readonly failed: number;
  /** Longer than the limit, whether they failed or not. */
  readonly slow: number;
}

/** The calls a breaker looks back on. Times are milliseconds of one clock that never goes back. */
export interface Window {
  add(now: number, failed: boolean, slow: boolean): void;
  sums(now: number): Sums;
}

interface Cell {
  second: number;
  calls: number;
  failed: number;
  slow: number;
}

/** The calls that ended in the running second and the `seconds - 1` before it, as Resilience4j counts them: one cell a second. */
export function timeWindow(seconds: number): Window {
  const cells: Cell[] = Array.from({ length: seconds }, () => ({
    second: Number.NEGATIVE_INFINITY,
    calls: 0,
    failed: 0,
    slow: 0,
  }));
  return {
    add(now, failed, slow) {
      const second = Math.floor(now / 1000);
      const cell = cells[second % seconds];
      if (cell === undefined) return;
      if (cell.second !== second) Object.assign(cell, { second, calls: 0, failed: 0, slow: 0 });
      cell.calls += 1;
      cell.failed += Number(failed);
      cell.slow += Number(slow);
    },
    sums(now) {
      const first = Math.floor(now / 1000) - seconds;
      return total(cells.filter(({ second }) => second > first));
    },
  };
}

/** The last so many calls. */
export function countWindow(size: number): Window {
  let ring: Sums[] = [];
  let next = 0;
  return {
    add(_now, failed, slow) {
      ring[next] = { calls: 1, failed: Number(failed), slow: Number(slow) };
      next = (next + 1) % size;
      if (ring.length > size) ring = ring.slice(0, size);
    },
    sums: () => total(ring),
  };
}

function total(cells: readonly Sums[]): Sums {
  return cells.reduce(
    (sum, cell) => ({
      calls: sum.calls + cell.calls,
      failed: sum.failed + cell.failed,
      slow: sum.slow + cell.slow,
    }),
    { calls: 0, failed: 0, slow: 0 },
  );
}
