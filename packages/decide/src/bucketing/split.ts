import { MILLION } from '../model/share.ts';
import { fmix32, murmur3 } from './murmur3.ts';
import { negln } from './negln.ts';

/**
 * A weighted rendezvous (D. Thaler & C. Ravishankar 1998; weights by exponential costs): per variant m = fmix32(h XOR murmur3(variant, 0)),
 * cost = NEGLN(m) / weight, the least cost wins and of equal ones the smaller name. A variant's cost depends on no other's weight, so
 * changed weights move the fewest units and nobody moves between variants whose weights stayed.
 */
export interface Split {
  /** Names with a weight above 0, in code unit order. */
  readonly variants: readonly string[];
  /** murmur3 of each name. */
  readonly hashes: Int32Array;
  /** Integers in proportion to the weights, without common divisor. */
  readonly weights: Float64Array;
  /** Whether every NEGLN(m) × weight is an exact JavaScript number. */
  readonly small: boolean;
}

/** NEGLN stays below 2³¹, so weights up to 2²² make products below 2⁵³. */
const SMALL_WEIGHT = 2 ** 22;

/** Weights count in millionths. undefined if none is above 0. */
export function makeSplit(weights: Readonly<Record<string, number>>): Split | undefined {
  const millionths = new Map<string, number>();
  for (const variant of Object.keys(weights).sort()) {
    const weight = Math.round((weights[variant] ?? 0) * MILLION);
    if (weight > 0) millionths.set(variant, weight);
  }
  if (millionths.size === 0) return undefined;
  const variants = [...millionths.keys()];
  const divisor = [...millionths.values()].reduce(greatestCommonDivisor);
  const reduced = Float64Array.from(millionths.values(), (weight) => weight / divisor);
  return {
    variants,
    hashes: Int32Array.from(variants, (variant) => murmur3(variant)),
    weights: reduced,
    small: reduced.every((weight) => weight <= SMALL_WEIGHT),
  };
}

/** The index of the variant for a unit's hash. Allocates nothing with weights of ordinary size. */
export function splitIndex(split: Split, hash: number): number {
  if (!split.small) return exactSplitIndex(split, hash);
  const { hashes, weights } = split;
  let best = 0;
  let bestCost = negln(fmix32(hash ^ (hashes[0] as number)));
  for (let index = 1; index < hashes.length; index++) {
    const cost = negln(fmix32(hash ^ (hashes[index] as number)));
    // cost / weight < bestCost / bestWeight, without a division that would round.
    if (cost * (weights[best] as number) < bestCost * (weights[index] as number)) {
      best = index;
      bestCost = cost;
    }
  }
  return best;
}

function exactSplitIndex(split: Split, hash: number): number {
  const costs = Array.from(split.hashes, (variant) => BigInt(negln(fmix32(hash ^ variant))));
  const weights = Array.from(split.weights, BigInt);
  let best = 0;
  for (let index = 1; index < costs.length; index++) {
    if (
      (costs[index] as bigint) * (weights[best] as bigint) <
      (costs[best] as bigint) * (weights[index] as bigint)
    )
      best = index;
  }
  return best;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
