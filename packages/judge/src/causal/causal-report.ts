import { type BalanceRow, balanceTable } from './balance.ts';
import { regressionEffect, unadjustedEffect } from './baseline-effects.ts';
import { type DoublyRobustEffect, doublyRobustEffect } from './doubly-robust.ts';
import type { Effect } from './effect.ts';
import { matchNearest } from './match.ts';
import { matchedEffect } from './matched-effect.ts';
import { assessOverlap, type Overlap } from './overlap.ts';
import { fitPropensity, type Propensity } from './propensity.ts';
import { stratifiedEffect } from './stratify.ts';
import { type CausalRefusal, checkStudy, refuse, type Study } from './study.ts';
import { weightedEffect } from './weighting.ts';

/** One line of the table: an estimate, or why this method has none. */
export interface EffectLine {
  readonly label: string;
  readonly effect: Effect | CausalRefusal;
}

/** What observational data say about a treatment: several answers beside each other, and how far to trust them. */
export interface CausalReport {
  readonly refused?: never;
  readonly units: { readonly treated: number; readonly control: number };
  readonly overlap: Overlap;
  /** With the weights of the ATT. */
  readonly balance: readonly BalanceRow[];
  /** The doubly robust ATT, the one to quote. */
  readonly main: DoublyRobustEffect;
  readonly effects: readonly EffectLine[];
  /** Least and greatest adjusted ATT: what the choice of method alone decides. */
  readonly spread: readonly [number, number];
  /** Whether every adjusted ATT lies in the main one's interval. */
  readonly agree: boolean;
  readonly propensity: Propensity;
}

/**
 * The ATT by every method of this package. Refused as a whole where there is no cause to adjust for or no overlap;
 * a single method that cannot answer is a line with its reason. Pass a propensity that was assigned to have it read.
 */
export function causalReport(study: Study, assigned?: Propensity): CausalReport | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  if (study.causes.length === 0 && !assigned)
    return refuse('NO_CAUSES', 'without common causes there is nothing to adjust for');
  const propensity = assigned ?? fitPropensity(study);
  if (propensity.refused) return propensity;
  const overlap = assessOverlap(study, propensity, 'ATT');
  if (overlap.refused) return overlap;
  const main = doublyRobustEffect(study, propensity, 'ATT');
  if (main.refused) return main;
  const weighted = weightedEffect(study, propensity, 'ATT');
  if (weighted.refused) return weighted;

  const matched = (options: Parameters<typeof matchNearest>[2]) => {
    const matching = matchNearest(study.treated, propensity, options);
    return matching.refused ? matching : matchedEffect(study, matching);
  };
  const adjusted: EffectLine[] = [
    { label: 'regression on the causes', effect: regressionEffect(study) },
    { label: 'five strata of the propensity', effect: stratifiedEffect(study, propensity) },
    { label: 'nearest neighbour, with replacement', effect: matched({ replace: true }) },
    { label: 'nearest neighbour, once each', effect: matched({}) },
    { label: 'two nearest neighbours, once each', effect: matched({ ratio: 2 }) },
    { label: 'nearest neighbour, caliper 0.2', effect: matched({ caliper: 0.2 }) },
    { label: 'inverse-probability weighting', effect: weighted },
    { label: 'doubly robust', effect: main },
  ];
  const estimates = adjusted.flatMap(({ effect }) => (effect.refused ? [] : [effect.estimate]));
  const [low, high] = main.interval;
  const treated = study.treated.reduce((sum, t) => sum + t, 0);
  return {
    units: { treated, control: study.treated.length - treated },
    overlap,
    balance: balanceTable(study, weighted.weights),
    main,
    effects: [{ label: 'difference of means, unadjusted', effect: unadjustedEffect(study) }, ...adjusted],
    spread: [Math.min(...estimates), Math.max(...estimates)],
    agree: estimates.every((estimate) => estimate >= low && estimate <= high),
    propensity,
  };
}
