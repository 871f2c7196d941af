import { doublyRobustEffect } from './doubly-robust.ts';
import type { Effect } from './effect.ts';
import { fitPropensity, type Propensity } from './propensity.ts';
import { armsOf, type CausalRefusal, refuse, type Study } from './study.ts';

/** The effect on something the treatment cannot have changed: should be 0, and is not where confounding remains. */
export interface PlaceboOutcome {
  readonly cause: string;
  readonly effect: Effect | CausalRefusal;
}

/**
 * Placebo outcomes: each named cause is taken for the outcome, with the others as its causes. An earlier value of the
 * outcome (earnings before the training) is the most telling one.
 */
export function placeboOutcomes(study: Study, names: readonly string[]): PlaceboOutcome[] {
  return names.map((name) => {
    const stand = study.causes.find((cause) => cause.name === name);
    if (!stand) return { cause: name, effect: refuse('NO_CAUSES', `${name} is not among the causes`, name) };
    const causes = study.causes.filter((cause) => cause !== stand);
    const placebo = { treated: study.treated, outcome: stand.values, causes };
    const propensity = fitPropensity(placebo);
    return {
      cause: name,
      effect: propensity.refused ? propensity : doublyRobustEffect(placebo, propensity, 'ATT'),
    };
  });
}

/** How the estimator behaves where the truth is no effect. */
export interface PlaceboTreatment {
  readonly refused?: never;
  readonly rounds: number;
  /** Mean over rounds, and how far a round's estimate lies from 0 in its standard errors, root mean square (about 1). */
  readonly mean: number;
  readonly spread: number;
  /** Share of rounds whose 95 % interval leaves 0 out: about 0.05 when the errors are right. */
  readonly falseAlarms: number;
}

/**
 * Placebo treatments: among controls alone, lots are drawn with each unit's own propensity, and the effect of that lot
 * is estimated as the real one was. `random` gives uniform numbers in [0, 1).
 */
export function placeboTreatment(
  study: Study,
  propensity: Propensity,
  random: () => number,
  rounds = 100,
): PlaceboTreatment | CausalRefusal {
  const rows = armsOf(study.treated).control;
  const scores = Float64Array.from(rows, (row) => propensity.scores[row] ?? 0);
  const outcome = Float64Array.from(rows, (row) => study.outcome[row] ?? 0);
  const causes = study.causes.map(({ name, values }) => ({
    name,
    values: Float64Array.from(rows, (row) => values[row] ?? 0),
  }));
  let done = 0;
  let [sum, squares, alarms] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const placebo = { treated: Uint8Array.from(scores, (e) => (random() < e ? 1 : 0)), outcome, causes };
    const fitted = fitPropensity(placebo);
    if (fitted.refused) continue;
    const found = doublyRobustEffect(placebo, fitted, 'ATT');
    if (found.refused) continue;
    done++;
    sum += found.estimate;
    squares += (found.estimate / found.standardError) ** 2;
    if (found.p < 0.05) alarms++;
  }
  if (done === 0)
    return refuse('ARM_TOO_SMALL', 'the controls are too few to draw placebo treatments among them');
  return { rounds: done, mean: sum / done, spread: Math.sqrt(squares / done), falseAlarms: alarms / done };
}
