import type { ReleaseSpec } from '@ombre/decide/model';
import type { GuardEvidence, HealthVerdict } from './health.ts';

/** How the circuit of one variant's upstream stands at a gateway; `Circuit` of the protocol is one. */
export type CircuitReport = {
  readonly flag: string;
  readonly variant: string;
  readonly upstream: string;
  readonly state: 'closed' | 'open' | 'half-open';
};

/** A circuit as its gateway reported it last. */
export type SeenCircuit = CircuitReport & {
  readonly source: string;
  /** When it was seen to open, ms since 1970; absent while it is not open, and where it was open when it was first heard of. */
  readonly opened?: number;
};

/** What else is known when circuits are judged. */
export type CircuitsAround = {
  /** Share of requests served `from` that failed of late; null where there were none. */
  readonly errorRate: number | null;
  /** When `from` was last seen to fail alike, ms since 1970; absent: not in this climb. */
  readonly failedAlike?: number | undefined;
  /** Since when this climb is judged, ms: a circuit that nobody asks stays open, and one that opened before says nothing of this climb. */
  readonly since: number;
};

/** Whether so many requests served `from` fail that an open circuit of `to` is no news about `to`. */
export function failsAlike(errorRate: number | null): boolean {
  return errorRate !== null && errorRate >= SHARED_RATE;
}

/** With so many failures of `from` an open circuit of `to` is no news about `to`: the other circuit may merely have more to look back on. */
const SHARED_RATE = 0.1;

/**
 * What circuit breakers say of a release, a signal independent of its guards: bad where the circuit of `to`'s upstream opened while
 * `from`'s is closed and `from` does not fail alike; unknown, the cause being shared, where either does too; undecided while `to`'s
 * is probed. A circuit that opened while `from` failed alike stays shared until it closes, though `from` is well again before. Nothing at all where both are closed, go to one upstream, or a gateway does not tell how one of them stands.
 */
export function circuitEvidence(
  { flag, from, to }: Pick<ReleaseSpec, 'flag' | 'from' | 'to'>,
  circuits: readonly SeenCircuit[],
  { errorRate, since, failedAlike }: CircuitsAround,
  now: number,
): readonly GuardEvidence[] {
  const standing = (variant: string) =>
    circuits.filter((circuit) => circuit.flag === flag && circuit.variant === variant);
  const pairs = standing(to).flatMap((treated) => {
    const other = standing(from).find(({ source }) => source === treated.source);
    return other === undefined || other.upstream === treated.upstream ? [] : [{ treated, other }];
  });
  const open = pairs.filter(({ treated }) => (treated.opened ?? Number.NEGATIVE_INFINITY) >= since);
  const probed = pairs.filter(({ treated }) => treated.state === 'half-open');
  const [first] = open.length > 0 ? open : probed;
  if (first === undefined) return [];
  const notClosed = pairs.find(({ other }) => other.state !== 'closed');
  const { upstream, source } = first.treated;
  const found = (verdict: HealthVerdict, sentence: string): readonly GuardEvidence[] => [
    {
      guard: `breaker ${upstream}`,
      source: 'breaker',
      verdict,
      sentence,
      numbers: {
        gateways: pairs.length,
        open: open.length,
        ...(errorRate === null ? {} : { control: errorRate }),
      },
      window: { from: Math.min(now, ...open.map(({ treated }) => treated.opened ?? now)), to: now },
      requests: 0,
      units: 0,
      series: [],
    },
  ];
  if (open.length === 0) return found('undecided', `the circuit of ${upstream} is being probed at ${source}`);
  const saw = `the circuit of ${upstream} is open at ${source}`;
  if (notClosed !== undefined) {
    const alike = `that of ${notClosed.other.upstream} is not closed either`;
    return found('unknown', `${saw}, but ${alike}: the cause is shared`);
  }
  if (errorRate !== null && failsAlike(errorRate)) {
    const percent = Math.round(100 * errorRate);
    return found('unknown', `${saw}, but ${percent} % of requests to ${from} fail: the cause is shared`);
  }
  if (open.every(({ treated }) => (treated.opened ?? now) <= (failedAlike ?? Number.NEGATIVE_INFINITY))) {
    return found(
      'unknown',
      `${saw}, but requests to ${from} failed too when it opened: the cause was shared`,
    );
  }
  return found('bad', `${saw}, that of ${first.other.upstream} is closed`);
}
