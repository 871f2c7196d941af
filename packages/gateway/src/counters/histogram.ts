/** Latencies in milliseconds that every histogram has an edge at, beside the limits of guards. */
const EDGES: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Requests that ended, by how long they took. */
export interface Histogram {
  /** Milliseconds, ascending. */
  readonly edges: readonly number[];
  /** By edge: requests that took at most so long and longer than the edge before; the last is beyond all edges. */
  readonly counts: readonly number[];
  readonly sum: number;
  add(milliseconds: number): void;
}

export function createHistogram(limits: readonly number[]): Histogram {
  const edges = [...new Set([...EDGES, ...limits])].sort((a, b) => a - b);
  const counts = Array<number>(edges.length + 1).fill(0);
  let sum = 0;
  return {
    edges,
    counts,
    get sum() {
      return sum;
    },
    add(milliseconds) {
      let at = 0;
      while (at < edges.length && milliseconds > (edges[at] ?? 0)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += milliseconds;
    },
  };
}
