import { divide } from './exact.ts';
import { type DivisionRefused, refusePlayers } from './game.ts';

/** One factor of a product, before and after: visit rate, conversion of a visit, spend of a conversion. */
export interface FunnelStep {
  readonly name: string;
  readonly baseline: number;
  readonly treatment: number;
}

/** How a change of a product divides among its factors. */
export interface FunnelDivision {
  readonly refused?: never;
  readonly steps: readonly {
    readonly name: string;
    /** Shapley value, in the product's unit. */
    readonly value: number;
    /** Of the total; undefined when the total is 0. */
    readonly share: number | undefined;
    /** The logarithmic-mean Divisia index, which also sums exactly; undefined unless all factors are positive. */
    readonly lmdi: number | undefined;
    /** The answer of replacing factors one after another in the order given: depends on that order. */
    readonly inOrder: number;
  }[];
  readonly baseline: number;
  readonly treatment: number;
  readonly total: number;
  readonly efficiencyGap: number;
}

/**
 * Divides the change of a product of factors (spend a user = visits × conversion × spend a conversion) among them.
 * v(S) is the product with the treatment's factors for S and the baseline's for the rest; at most 20 factors.
 * LMDI: Ang 2005. The factors of a ratio may be 0 at baseline: Shapley still answers, LMDI does not.
 */
export function divideFunnel(steps: readonly FunnelStep[]): FunnelDivision | DivisionRefused {
  const refusal = refusePlayers(steps.length, 20);
  if (refusal) return refusal;
  const broken = steps.find((step) => !Number.isFinite(step.baseline) || !Number.isFinite(step.treatment));
  if (broken) {
    const missing = `the step ${broken.name} is ${broken.baseline} at baseline and ${broken.treatment} in treatment`;
    return { refused: 'VALUE_NOT_FINITE', missing };
  }
  const product = (members: number) =>
    steps.reduce((all, step, i) => all * ((members >> i) & 1 ? step.treatment : step.baseline), 1);
  const worth = Float64Array.from({ length: 2 ** steps.length }, (_, members) => product(members));
  const division = divide(steps.length, worth);
  const baseline = product(0);
  const treatment = product(worth.length - 1);
  const positive = steps.every((step) => step.baseline > 0 && step.treatment > 0);
  return {
    steps: steps.map((step, i) => ({
      name: step.name,
      value: division.values[i] ?? 0,
      share: division.total === 0 ? undefined : (division.values[i] ?? 0) / division.total,
      lmdi: positive
        ? logarithmicMean(treatment, baseline) * Math.log(step.treatment / step.baseline)
        : undefined,
      inOrder: product(2 ** (i + 1) - 1) - product(2 ** i - 1),
    })),
    baseline,
    treatment,
    total: division.total,
    efficiencyGap: division.efficiencyGap,
  };
}

/** (a − b)/ln(a/b), and a where they are equal. */
function logarithmicMean(a: number, b: number): number {
  return a === b ? a : (a - b) / Math.log(a / b);
}
