/** What the guards say together. `undecided`: too little data yet; `unknown`: the source is silent or broken, or the cause is shared with control. */
export type HealthVerdict = 'good' | 'bad' | 'undecided' | 'unknown';

/** What one guard rests on, with everything a person needs to check it. */
export type GuardEvidence = {
  /** `errorRate`, `latency 1.2s`, `probe http …`, `breaker submit-v2`, … */
  readonly guard: string;
  /** Where the numbers came from: `counters`, `prometheus`, `probe`, `breaker`, `caller`. */
  readonly source: string;
  readonly verdict: HealthVerdict;
  /** One clause with the numbers, for people. */
  readonly sentence: string;
  /** Limit, rate, bounds, evidence in nats, budget, … by name; finite. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Milliseconds since 1970; `from` is where what was seen began. */
  readonly window: { readonly from: number; readonly to: number };
  /** Of bad evidence: when what it found most likely began, ms since 1970; absent: where the window does. */
  readonly since?: number;
  /** Requests and distinct units of treatment the window holds. */
  readonly requests: number;
  readonly units: number;
  /** Failed (or slow) over all per slice of the window, oldest first. */
  readonly series: readonly { readonly at: number; readonly events: number; readonly trials: number }[];
  /** Levels whose users alone are worse and shall go back by themselves; the verdict is about everybody else. */
  readonly returns?: readonly string[];
  /** Control broke the limit too, and both keep it again: what was seen so far says nothing of this release. */
  readonly over?: true;
};

/** Health at one tick. Plain data. */
export type Health = {
  readonly verdict: HealthVerdict;
  readonly evidence: readonly GuardEvidence[];
};

/**
 * One verdict of several sources. Bad of any source wins, so an independent signal counts while another source is silent;
 * then unknown, then undecided; without any evidence health is good.
 */
export function combineHealth(evidence: readonly GuardEvidence[]): Health {
  const order = ['bad', 'unknown', 'undecided'] as const;
  const verdict = order.find((one) => evidence.some((guard) => guard.verdict === one)) ?? 'good';
  return { verdict, evidence };
}

/**
 * When the fault that bad evidence shows began, ms since 1970: each guard dates it by where it most likely began, and the latest counts, since that
 * guard alone would have decided. Undefined where nothing is bad.
 */
export function faultOf(evidence: readonly GuardEvidence[]): number | undefined {
  const bad = evidence.filter(({ verdict }) => verdict === 'bad');
  return bad.length === 0 ? undefined : Math.max(...bad.map(({ since, window }) => since ?? window.from));
}
