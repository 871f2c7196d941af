import type { MetricProvider, MetricSample } from './metric-provider.ts';

/** Numbers that a test or an example says itself. */
export interface MemoryProvider extends MetricProvider {
  /** What a query answers from a time on (ms since 1970). */
  set(query: string, from: number, samples: readonly MetricSample[]): void;
  /** While down it answers nothing. */
  down: boolean;
}

/** A metric provider that knows what it was told. */
export function createMemoryProvider(): MemoryProvider {
  const known = new Map<string, { readonly from: number; readonly samples: readonly MetricSample[] }[]>();
  return {
    down: false,
    set(query, from, samples) {
      known.set(query, [...(known.get(query) ?? []), { from, samples }]);
    },
    async query(query, at, signal) {
      if (signal.aborted) return { result: 'unknown', why: 'called off' };
      if (this.down) return { result: 'unknown', why: 'it cannot be reached' };
      const [first, ...others] = known.get(query)?.findLast(({ from }) => from <= at)?.samples ?? [];
      if (first === undefined) return { result: 'unknown', why: 'no series matches the query' };
      const samples = [first, ...others] as const;
      return samples.every(({ value }) => Number.isFinite(value))
        ? { result: 'samples', samples }
        : { result: 'unknown', why: 'a value is NaN or infinite' };
    },
  };
}
