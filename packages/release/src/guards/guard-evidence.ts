import type { GuardEvidence, HealthVerdict } from '../health/health.ts';
import { type Snapshot, totalOf } from '../health/history.ts';
import { type Sight, unitsOf, type Window } from './sight.ts';

/** What a guard found, before it is written down as evidence. */
export type Finding = {
  readonly verdict: HealthVerdict;
  readonly sentence: string;
  readonly numbers: Readonly<Record<string, number | undefined>>;
  /** The stretch it rests on; absent: all since the evidence began. */
  readonly window?: Window | undefined;
  /** Where what was found most likely began; absent: where the window does. */
  readonly began?: Snapshot | undefined;
  /** Levels that alone shall go back. */
  readonly returns?: readonly string[];
  /** A shared cause that is over. */
  readonly over?: boolean;
};

/**
 * A finding with its window, numbers and series. A silent or broken source leaves only bad as it is: what is known is not enough
 * to call anything else.
 */
export function guardEvidence(
  sight: Sight,
  guard: string,
  counted: number | 'failures',
  finding: Finding,
): GuardEvidence {
  const { snapshots } = sight.history;
  const last = snapshots.at(-1);
  const from = finding.window?.from ?? snapshots[0];
  const blind = finding.verdict === 'bad' ? undefined : blindness(sight);
  const sums = ({ treated }: Snapshot) => totalOf(treated, counted);
  const numbers = Object.entries(finding.numbers).filter(([, value]) => Number.isFinite(value));
  return {
    guard,
    source: 'counters',
    verdict: blind === undefined ? finding.verdict : 'unknown',
    sentence: blind ?? finding.sentence,
    ...(finding.returns !== undefined && blind === undefined && { returns: finding.returns }),
    ...(finding.over === true && blind === undefined && { over: true as const }),
    numbers: Object.fromEntries(numbers) as Record<string, number>,
    window: { from: from?.at ?? sight.now, to: sight.now },
    ...(finding.began !== undefined && blind === undefined && { since: finding.began.at }),
    requests: last && from ? sums(last).trials - sums(from).trials : 0,
    units: unitsOf(sight).treated,
    series: snapshots.slice(1).map((to, index) => {
      const [before, after] = [sums(snapshots[index] ?? to), sums(to)];
      return { at: to.at, events: after.events - before.events, trials: after.trials - before.trials };
    }),
  };
}

function blindness({ tally }: Sight): string | undefined {
  if (tally.sources === 0) return 'no gateway reports counters';
  const missing = tally.missing.map(({ source, why }) =>
    why === 'silent' ? `gateway ${source} is silent` : `reports of gateway ${source} have a gap`,
  );
  return missing.length === 0 ? undefined : missing.join(', ');
}

/** `0.5 %`, with three digits. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
