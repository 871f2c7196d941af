import { MILLION } from '../model/share.ts';
import { type MurmurState, murmur3After, murmur3State } from './murmur3.ts';

/** Hashes as there are: a share of all of them lies below `share × 2³²`. */
const HASHES = 0x1_0000_0000;

/** A salt with its `:`, ready to hash units: h = murmur3_x86_32(utf8(salt ":" unit), 0). */
export function saltState(salt: string): MurmurState {
  return murmur3State(`${salt}:`);
}

/** The unit's hash under a salt: shares, splits and ladders all start from it. */
export function unitHash(salt: MurmurState, unit: string): number {
  return murmur3After(salt, unit);
}

/** Where a hash stands among a million positions: floor(h × 10⁶ / 2³²). The product stays below 2⁵³, so this is exact. */
export function positionOf(hash: number): number {
  return Math.floor(((hash >>> 0) * MILLION) / HASHES);
}

/** The least hash whose position is not below `position`: `isBelow(hash, thresholdOf(share))` says the same as `positionOf(hash) < share`. */
export function thresholdOf(position: number): number {
  return Math.ceil((position * HASHES) / MILLION);
}

/** Whether a hash is below a threshold. */
export function isBelow(hash: number, threshold: number): boolean {
  return hash >>> 0 < threshold;
}
