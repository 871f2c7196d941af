import { chiSquareUpper } from '../distributions/chi-square.ts';
import { normalLogUpper } from '../distributions/normal.ts';
import { type Judged, refuse } from '../refusal.ts';
import { type Comparison, compare, normalReach } from './comparison.ts';

/** Units with the outcome among all units of an arm. */
export type Proportion = { readonly successes: number; readonly n: number };

/** Both arms. */
export type ProportionArms = { readonly treatment: Proportion; readonly control: Proportion };

/** An interval by its ends. */
export type Interval = { readonly low: number; readonly high: number };

/** Everything said about two proportions. */
export type TwoProportions = {
  readonly rates: { readonly treatment: number; readonly control: number };
  /** Difference with the unpooled standard error (the pooled one where each arm is constant): its interval is Wald's. */
  readonly difference: Comparison;
  /** The test of equality, with the pooled standard error (the square root of Pearson's χ²). */
  readonly pooled: {
    readonly standardError: number;
    readonly z: number;
    readonly p: number;
    readonly logP: number;
  };
  /** Yates's continuity correction of the pooled test. */
  readonly yates: { readonly chiSquare: number; readonly p: number };
  /** Interval of the difference from both arms' score intervals: the one to show. */
  readonly newcombe: Interval;
  readonly wilson: { readonly treatment: Interval; readonly control: Interval };
  /** Ratio of the rates on the log scale (Katz et al., Biometrics 1978); absent where a count is zero. */
  readonly ratio?: { readonly log: number; readonly standardError: number } & Interval;
};

/**
 * Two proportions: pooled test, unpooled and score intervals (R. G. Newcombe, Statistics in Medicine 1998, method 10).
 */
export function twoProportions(arms: ProportionArms, alpha = 0.05): Judged<TwoProportions> {
  const bad = checkProportions(arms);
  if (bad !== undefined) return bad;
  const { treatment: t, control: c } = arms;
  const rates = { treatment: t.successes / t.n, control: c.successes / c.n };
  const all = (t.successes + c.successes) / (t.n + c.n);
  if (all === 0) return refuse('NO_EVENTS', `no successes among ${t.n} and ${c.n} units`);
  if (all === 1) return refuse('VARIANCE_ZERO', 'every unit of both arms is a success');
  const estimate = rates.treatment - rates.control;
  const harmonic = 1 / t.n + 1 / c.n;
  const pooledError = Math.sqrt(all * (1 - all) * harmonic);
  const z = estimate / pooledError;
  const wilson = { treatment: wilsonInterval(t, alpha), control: wilsonInterval(c, alpha) };
  const unpooled = Math.sqrt(binomialVariance(t) + binomialVariance(c));
  const correction = Math.min(0.5, Math.abs(estimate) / harmonic);
  const yates = ((Math.abs(estimate) - correction * harmonic) / pooledError) ** 2;
  const ratio = t.successes > 0 && c.successes > 0 ? katz(arms, alpha) : undefined;
  return {
    rates,
    difference: compare(estimate, unpooled > 0 ? unpooled : pooledError, alpha),
    pooled: {
      standardError: pooledError,
      z,
      p: Math.min(1, Math.exp(Math.LN2 + normalLogUpper(Math.abs(z)))),
      logP: Math.min(0, Math.LN2 + normalLogUpper(Math.abs(z))),
    },
    yates: { chiSquare: yates, p: chiSquareUpper(yates, 1) },
    newcombe: newcombeInterval(rates, wilson),
    wilson,
    ...(ratio === undefined ? {} : { ratio }),
  };
}

/** Score interval of one proportion (E. B. Wilson, JASA 1927). */
export function wilsonInterval({ successes, n }: Proportion, alpha = 0.05): Interval {
  const z = normalReach(alpha);
  const rate = successes / n;
  const centre = rate + (z * z) / (2 * n);
  const reach = z * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return {
    low: successes === 0 ? 0 : (centre - reach) / scale,
    high: successes === n ? 1 : (centre + reach) / scale,
  };
}

/** The refusal that these arms deserve, if any. */
export function checkProportions(arms: ProportionArms): ReturnType<typeof refuse> | undefined {
  for (const name of ['treatment', 'control'] as const) {
    const { successes, n } = arms[name];
    if (n === 0) return refuse('ARM_EMPTY', `${name} has no units`);
    if (!(successes >= 0 && successes <= n && n < Number.POSITIVE_INFINITY)) {
      return refuse('INPUT_INVALID', `${name} has ${successes} successes among ${n} units`);
    }
  }
  return undefined;
}

function newcombeInterval(
  rates: TwoProportions['rates'],
  { treatment, control }: TwoProportions['wilson'],
): Interval {
  const estimate = rates.treatment - rates.control;
  return {
    low: estimate - Math.hypot(rates.treatment - treatment.low, control.high - rates.control),
    high: estimate + Math.hypot(treatment.high - rates.treatment, rates.control - control.low),
  };
}

function katz({ treatment: t, control: c }: ProportionArms, alpha: number): TwoProportions['ratio'] {
  const log = Math.log(t.successes / t.n / (c.successes / c.n));
  const standardError = Math.sqrt(1 / t.successes - 1 / t.n + 1 / c.successes - 1 / c.n);
  const reach = normalReach(alpha) * standardError;
  return { log, standardError, low: Math.exp(log - reach), high: Math.exp(log + reach) };
}

function binomialVariance({ successes, n }: Proportion): number {
  const rate = successes / n;
  return (rate * (1 - rate)) / n;
}
