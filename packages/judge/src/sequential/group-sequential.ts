import { gaussLegendre } from '../distributions/gauss-legendre.ts';
import { normalCdf, normalUpper, normalUpperQuantile } from '../distributions/normal.ts';
import { type Judged, refuse } from '../refusal.ts';
import { type Spending, spentAlpha } from './alpha-spending.ts';

/** Looks already taken: their information fractions and the |z| bounds in force then. Plain data. */
export type SpendingState = { readonly fractions: readonly number[]; readonly bounds: readonly number[] };

/** Before the first look. */
export const spendingStart: SpendingState = { fractions: [], bounds: [] };

/**
 * Takes one more look at information fraction `fraction`: the bound for z that spends exactly what the spending function
 * has released since the last look. Past fraction 1 nothing is left and the bound is infinite.
 */
export function advanceSpending(
  state: SpendingState,
  fraction: number,
  spending: Spending,
): Judged<{ readonly state: SpendingState; readonly bound: number; readonly spent: number }> {
  const last = state.fractions.at(-1) ?? 0;
  if (!(fraction > last)) {
    return refuse('INPUT_INVALID', `information must grow between looks, got ${fraction} after ${last}`);
  }
  const spent = spentAlpha(spending, fraction);
  const due = spent - (state.fractions.length === 0 ? 0 : spentAlpha(spending, last));
  const bound = due > 0 ? boundFor(state, fraction, due, spending.sides) : Number.POSITIVE_INFINITY;
  return {
    state: {
      fractions: [...state.fractions, fraction],
      bounds: [...state.bounds, Math.min(bound, UNREACHABLE)],
    },
    bound,
    spent,
  };
}

/** Stands for an infinite bound in the state, which must survive JSON. */
const UNREACHABLE = 40;

/** All bounds of a plan known beforehand, with the error spent by each look. */
export function spendingBounds(
  fractions: readonly number[],
  spending: Spending,
): Judged<{ readonly bounds: readonly number[]; readonly spent: readonly number[] }> {
  let state = spendingStart;
  const spent: number[] = [];
  for (const fraction of fractions) {
    const next = advanceSpending(state, fraction, spending);
    if (next.refused) return next;
    state = next.state;
    spent.push(next.spent);
  }
  return { bounds: state.bounds, spent };
}

/**
 * The constant c of a classical plan with equally spaced looks: bounds c (Pocock 1977) or c √(K/k)
 * (O'Brien & Fleming 1979), crossed with probability α under no effect.
 */
export function classicalBounds(
  kind: Spending['kind'],
  looks: number,
  alpha: number,
  sides: 1 | 2 = 2,
): { readonly constant: number; readonly bounds: readonly number[] } {
  const fractions = Array.from({ length: looks }, (_, k) => (k + 1) / looks);
  const boundsOf = (constant: number) =>
    fractions.map((fraction) => (kind === 'pocock' ? constant : constant / Math.sqrt(fraction)));
  const crossing = (constant: number) => crossingProbability(fractions, boundsOf(constant), sides);
  const constant = bisect((c) => crossing(c) - alpha, 0, 12);
  return { constant, bounds: boundsOf(constant) };
}

/** Probability, under no effect, that z crosses its bound at one of the looks. */
export function crossingProbability(
  fractions: readonly number[],
  bounds: readonly number[],
  sides: 1 | 2,
): number {
  let crossed = 0;
  let surviving: Surviving | undefined;
  fractions.forEach((fraction, k) => {
    const bound = bounds[k] ?? Number.POSITIVE_INFINITY;
    crossed += crossingAt(surviving, fraction, bound, sides);
    surviving = survivingDensity(surviving, fraction, bound, sides);
  });
  return crossed;
}

/** Sub-density of the score (z √fraction) over paths that have not crossed yet, at quadrature nodes. */
type Surviving = {
  readonly fraction: number;
  readonly nodes: readonly number[];
  /** density × quadrature weight */
  readonly mass: readonly number[];
};

function boundFor(state: SpendingState, fraction: number, due: number, sides: 1 | 2): number {
  let surviving: Surviving | undefined;
  state.fractions.forEach((past, k) => {
    surviving = survivingDensity(surviving, past, state.bounds[k] ?? Number.POSITIVE_INFINITY, sides);
  });
  if (surviving === undefined) return normalUpperQuantile(due / sides);
  // On a log scale, so that bounds for 1e-12 are as exact as those for 1e-2.
  const excess = (bound: number) => Math.log(crossingAt(surviving, fraction, bound, sides)) - Math.log(due);
  return bisect(excess, 0, 38);
}

function crossingAt(surviving: Surviving | undefined, fraction: number, bound: number, sides: 1 | 2): number {
  if (surviving === undefined) return sides * normalUpper(bound);
  const step = Math.sqrt(fraction - surviving.fraction);
  const edge = bound * Math.sqrt(fraction);
  return surviving.nodes.reduce((sum, node, i) => {
    const above = normalUpper((edge - node) / step);
    const below = sides === 2 ? normalCdf((-edge - node) / step) : 0;
    return sum + (surviving.mass[i] ?? 0) * (above + below);
  }, 0);
}

/** The recursion of Armitage, McPherson & Rowe (1969). */
function survivingDensity(
  surviving: Surviving | undefined,
  fraction: number,
  bound: number,
  sides: 1 | 2,
): Surviving {
  const scale = Math.sqrt(fraction);
  const high = Math.min(bound, REACH) * scale;
  const low = sides === 2 ? -high : -REACH * scale;
  const step = Math.sqrt(fraction - (surviving?.fraction ?? 0));
  // Panels of 16 nodes, each about one step wide, resolve the kernel however close two looks are.
  const panels = Math.min(200, Math.max(8, Math.ceil((high - low) / step)));
  const { nodes, weights } = gaussLegendre(low, high, panels);
  const mass = nodes.map((node, i) => {
    const density =
      surviving === undefined
        ? gaussian(node / step) / step
        : surviving.nodes.reduce(
            (sum, from, j) => sum + ((surviving.mass[j] ?? 0) * gaussian((node - from) / step)) / step,
            0,
          );
    return density * (weights[i] ?? 0);
  });
  return { fraction, nodes, mass };
}

const REACH = 9;

function gaussian(z: number): number {
  return Math.exp(-0.5 * z * z) * 0.3989422804014327;
}

/** Root of a decreasing function. */
function bisect(f: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let i = 0; i < 60 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
