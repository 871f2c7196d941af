import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { chiSquareUpper } from '../distributions/chi-square.ts';
import { type Moments, mergeMoments } from '../metrics/moments.ts';
import { joinWeights } from './exact.ts';
import { type DivisionRefused, EXACT_PLAYERS, efficiencyGap, playersOf, refusePlayers } from './game.ts';

/** The units that had exactly these changes switched on. */
export interface ChangeCell {
  readonly on: readonly string[];
  readonly outcome: Moments;
}

/** What each of several changes that ran at the same time did. */
export interface ChangeDivision {
  readonly refused?: never;
  /** `factorial`: every combination was seen; `regression`: some were not, and effects were fitted. */
  readonly method: 'factorial' | 'regression';
  readonly changes: readonly {
    readonly name: string;
    readonly value: number;
    readonly standardError: number;
  }[];
  /** All changes on against none, in the outcome's unit. */
  readonly total: number;
  readonly totalError: number;
  readonly efficiencyGap: number;
  /** Pairs whose joint effect was never seen and is taken to be 0: the answer rests on it. */
  readonly assumedAdditive: readonly (readonly [string, string])[];
  /** Whether cells deviate from the fitted effects by more than chance; undefined where nothing is left over. */
  readonly lackOfFit: { readonly chi2: number; readonly df: number; readonly p: number } | undefined;
}

/**
 * Value function (b): v(S) is the mean outcome with exactly the changes of S on, minus that with none. Where each of the
 * 2ᵏ combinations holds two units or more, v is read off the cells; else it comes from a regression on main effects and
 * those pairwise interactions that the seen combinations identify, weighed by units, with errors from the cells' own
 * variances (Shapley values of a linear game: β_i + ½Σβ_ij). Refused when a change was never seen apart from others.
 */
export function divideChanges(
  names: readonly string[],
  cells: readonly ChangeCell[],
): ChangeDivision | DivisionRefused {
  const refusal = refusePlayers(names.length, EXACT_PLAYERS);
  if (refusal) return refusal;
  const byMask = new Map<number, Moments>();
  for (const { on, outcome } of cells) {
    const stranger = on.find((name) => !names.includes(name));
    if (stranger !== undefined)
      return { refused: 'BAD_STRUCTURE', missing: `${stranger} is not among the changes` };
    const mask = on.reduce((bits, name) => bits | (1 << names.indexOf(name)), 0);
    const there = byMask.get(mask);
    byMask.set(mask, there ? mergeMoments(there, outcome) : outcome);
  }
  for (const [mask, { n }] of byMask) if (n < 2) byMask.delete(mask);
  return byMask.size === 2 ** names.length ? factorial(names, byMask) : regression(names, byMask);
}

function factorial(names: readonly string[], cells: ReadonlyMap<number, Moments>): ChangeDivision {
  const weights = joinWeights(names.length);
  const changes = names.map((name, player) => {
    let [value, variance] = [0, 0];
    for (const [mask, cell] of cells) {
      const size = playersOf(mask).length;
      const joined = (mask >> player) & 1;
      const weight = joined ? (weights[size - 1] ?? 0) : -(weights[size] ?? 0);
      value += weight * cell.mean;
      variance += weight * weight * squaredError(cell);
    }
    return { name, value, standardError: Math.sqrt(variance) };
  });
  const none = cells.get(0);
  const all = cells.get(2 ** names.length - 1);
  const total = (all?.mean ?? 0) - (none?.mean ?? 0);
  const totalError = Math.sqrt((none ? squaredError(none) : 0) + (all ? squaredError(all) : 0));
  const gap = efficiencyGap(
    changes.map(({ value }) => value),
    total,
    largestMean(cells),
  );
  return {
    method: 'factorial',
    changes,
    total,
    totalError,
    efficiencyGap: gap,
    assumedAdditive: [],
    lackOfFit: undefined,
  };
}

function regression(
  names: readonly string[],
  cells: ReadonlyMap<number, Moments>,
): ChangeDivision | DivisionRefused {
  const masks = [...cells.keys()].sort((a, b) => a - b);
  const column = (term: number) => masks.map((mask) => Number((mask & term) === term));
  const weight = masks.map((mask) => cells.get(mask)?.n ?? 0);
  const terms: number[] = [0];
  const basis: number[][] = [];
  // A term is identified when its column is no combination of those before it, over the cells that were seen.
  const admit = (term: number): boolean => {
    const rest = residual(
      column(term).map((x, i) => x * Math.sqrt(weight[i] ?? 0)),
      basis,
    );
    const norm = Math.sqrt(rest.reduce((sum, x) => sum + x * x, 0));
    if (norm < 1e-9 * Math.sqrt(weight.reduce((a, b) => a + b, 0))) return false;
    basis.push(rest.map((x) => x / norm));
    return true;
  };
  admit(0);
  for (const [player, name] of names.entries()) {
    if (!admit(1 << player)) {
      const missing = `${name} was never on apart from the other changes (or never off), so its effect cannot be told from theirs`;
      return { refused: 'NOT_IDENTIFIED', missing };
    }
    terms.push(1 << player);
  }
  const assumedAdditive: [string, string][] = [];
  for (const [i, a] of names.entries()) {
    for (const [j, b] of names.entries()) {
      if (j <= i) continue;
      const term = (1 << i) | (1 << j);
      if (admit(term)) terms.push(term);
      else assumedAdditive.push([a, b]);
    }
  }

  const X = new Matrix(terms.map(column)).transpose();
  const W = Matrix.diag(weight);
  const y = Matrix.columnVector(masks.map((mask) => cells.get(mask)?.mean ?? 0));
  const bread = new CholeskyDecomposition(X.transpose().mmul(W).mmul(X)).solve(Matrix.eye(terms.length));
  const toBeta = bread.mmul(X.transpose()).mmul(W);
  const beta = toBeta.mmul(y);
  const errors = Matrix.diag(masks.map((mask) => squaredError(cells.get(mask) ?? { n: 2, mean: 0, m2: 0 })));
  const covariance = toBeta.mmul(errors).mmul(toBeta.transpose());
  const combine = (weights: readonly number[]) => {
    const row = Matrix.rowVector([...weights]);
    return {
      value: row.mmul(beta).get(0, 0),
      error: Math.sqrt(row.mmul(covariance).mmul(row.transpose()).get(0, 0)),
    };
  };
  const changes = names.map((name, player) => {
    const { value, error } = combine(
      terms.map((term) => ((term >> player) & 1 ? 1 / playersOf(term).length : 0)),
    );
    return { name, value, standardError: error };
  });
  const { value: total, error: totalError } = combine(terms.map((term) => Number(term !== 0)));
  const fitted = X.mmul(beta).to1DArray();
  const chi2 = masks.reduce((sum, mask, i) => {
    const cell = cells.get(mask);
    return cell && cell.m2 > 0 ? sum + (cell.mean - (fitted[i] ?? 0)) ** 2 / squaredError(cell) : sum;
  }, 0);
  const df = masks.length - terms.length;
  const gap = efficiencyGap(
    changes.map(({ value }) => value),
    total,
    largestMean(cells),
  );
  const lackOfFit = df > 0 ? { chi2, df, p: chiSquareUpper(chi2, df) } : undefined;
  return { method: 'regression', changes, total, totalError, efficiencyGap: gap, assumedAdditive, lackOfFit };
}

/** The squared standard error of a cell's mean. */
function squaredError(cell: Moments): number {
  return cell.m2 / (cell.n - 1) / cell.n;
}

function largestMean(cells: ReadonlyMap<number, Moments>): number {
  return [...cells.values()].reduce((largest, { mean }) => Math.max(largest, Math.abs(mean)), 0);
}

function residual(column: readonly number[], basis: readonly (readonly number[])[]): number[] {
  let rest = [...column];
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of basis) {
      const along = rest.reduce((sum, x, i) => sum + x * (direction[i] ?? 0), 0);
      rest = rest.map((x, i) => x - along * (direction[i] ?? 0));
    }
  }
  return rest;
}
