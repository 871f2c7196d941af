import type { ReleaseSpec } from '@ombre/decide/model';
import type { Position } from '../climb/state.ts';
/**
 * How much of all traffic a release may touch at all: its part of its layer, less what its holdouts keep out. Each has a salt of its own, so
 * they are independent.
 */
export declare function touchable({ layer, holdouts }: ReleaseSpec, heldOut: Readonly<Record<string, number>>): number;
/** Shares of all traffic in each arm at a step. */
export type Exposure = {
    readonly treated: number;
    readonly control: number;
};
/**
 * How much of all traffic a step treats and compares, when the conditions of levels hold for different users: everybody up to the largest
 * share of the levels for all, and those a condition holds for up to its level's share.
 */
export declare function exposureAt(spec: ReleaseSpec, at: Position, matching: Readonly<Record<string, number>>): Exposure;
