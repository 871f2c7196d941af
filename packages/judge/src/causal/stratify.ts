import { type Effect, effect } from './effect.ts';
import type { Propensity } from './propensity.ts';
import { armsOf, type CausalRefusal, checkStudy, refuse, type Study } from './study.ts';

/** The ATT from comparisons within strata of the propensity. */
export interface StratifiedEffect extends Effect {
  readonly method: 'stratification';
  readonly strata: readonly {
    readonly upTo: number;
    readonly treated: number;
    readonly control: number;
    readonly difference: number;
  }[];
  /** The boundaries, from 0 to 1. */
  readonly cuts: readonly number[];
}

/**
 * Stratifies at quantiles (R's type 7) of the treated units' propensity, right-closed, and averages the differences by
 * the number treated (Rosenbaum & Rubin 1984). Refused when a stratum lacks an arm.
 */
export function stratifiedEffect(
  study: Study,
  propensity: Propensity,
  strata = 5,
): StratifiedEffect | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const arms = armsOf(study.treated);
  const sorted = Float64Array.from(arms.treated, (row) => propensity.scores[row] ?? 0).sort();
  const cuts = Array.from({ length: strata + 1 }, (_, k) => quantile7(sorted, k / strata));
  cuts[0] = 0;
  cuts[strata] = 1;
  const groups = Array.from({ length: strata }, () => [empty(), empty()] as const);
  for (let i = 0; i < study.treated.length; i++) {
    const e = propensity.scores[i] ?? 0;
    const stratum = Math.max(0, cuts.findIndex((cut, k) => k > 0 && e <= cut) - 1);
    add(groups[stratum]?.[study.treated[i] === 1 ? 1 : 0], study.outcome[i] ?? 0);
  }
  let estimate = 0;
  let variance = 0;
  const rows: StratifiedEffect['strata'][number][] = [];
  for (const [k, [control, treated]] of groups.entries()) {
    if (control.n < 2 || treated.n < 2) {
      const arm = control.n < 2 ? 'controls' : 'treated units';
      return refuse(
        'EMPTY_STRATUM',
        `stratum ${k + 1} of ${strata} has ${Math.min(control.n, treated.n)} ${arm}: use fewer strata`,
      );
    }
    const share = treated.n / arms.treated.length;
    const difference = treated.mean - control.mean;
    estimate += share * difference;
    variance +=
      share ** 2 * (treated.m2 / (treated.n - 1) / treated.n + control.m2 / (control.n - 1) / control.n);
    rows.push({ upTo: cuts[k + 1] ?? 1, treated: treated.n, control: control.n, difference });
  }
  const effective = { treated: arms.treated.length, control: arms.control.length };
  const base = effect('stratification', 'ATT', estimate, Math.sqrt(variance), effective);
  return { ...base, method: 'stratification', strata: rows, cuts };
}

/** Quantile of a sorted array by linear interpolation (Hyndman & Fan 1996, type 7). */
function quantile7(sorted: Float64Array, p: number): number {
  const at = (sorted.length - 1) * p;
  const low = sorted[Math.floor(at)] ?? 0;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? 0) - low);
}

interface Welford {
  n: number;
  mean: number;
  m2: number;
}

function empty(): Welford {
  return { n: 0, mean: 0, m2: 0 };
}

function add(moments: Welford | undefined, x: number): void {
  if (!moments) return;
  moments.n++;
  const delta = x - moments.mean;
  moments.mean += delta / moments.n;
  moments.m2 += delta * (x - moments.mean);
}
