import type { GuardEvidence } from '@ombre/release';

/** One series of an answer: its labels, its value, and the time of the value in ms since 1970. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Finite. */
  readonly value: number;
  readonly at: number;
}

/** What a query answered. An outage, an error, no series at all, NaN, an infinite or a stale value are `unknown`, never zero. */
export type MetricAnswer =
  | { readonly result: 'samples'; readonly samples: readonly [MetricSample, ...MetricSample[]] }
  | { readonly result: 'unknown'; readonly why: string };

/** A source of numbers, such as Prometheus. Holds no state that matters; questions may overlap and be repeated. */
export interface MetricProvider {
  /** Asks a query for its value at a time (ms since 1970). Never throws; after the signal it answers `unknown` at once. */
  query(query: string, at: number, signal: AbortSignal): Promise<MetricAnswer>;
}

/** Evidence of guards whose numbers come from elsewhere, for one release: asked in the background at each guard's own pace. */
export interface Watcher {
  /** What the guards say by the last answers; `unknown` with since when where a source is silent or broken. Asks nothing itself. */
  evidence(now: number): readonly GuardEvidence[];
  /** Ends the asking. */
  close(): void;
}
