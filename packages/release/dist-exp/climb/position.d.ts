import { type Level, type Placement, type ReleaseSpec } from '@ombre/decide/model';
import type { Position } from './state.ts';
/** One step of the climb with its share and how long it is held; times in ms. */
export type ClimbStep = {
    readonly level: Level;
    readonly share: number;
    readonly dwell: number;
    /** How long it is held at most while there is too little data. */
    readonly longest: number;
};
/** A level's smaller shares, then its own. */
export declare function stepsOf(level: Level): readonly ClimbStep[];
/** The step at a position; undefined where an edited ladder has none. */
export declare function stepAt(spec: ReleaseSpec, { level, step }: Position): ClimbStep | undefined;
/** The next step of the level, or the first of the next level; undefined at the top. */
export declare function positionAfter(spec: ReleaseSpec, at: Position | undefined): Position | undefined;
/** Earlier levels at their full share, this one at its step's. Slices taken back and cells stay as they are. */
export declare function placementAt(spec: ReleaseSpec, at: Position, from: Placement): Placement;
/** Nobody is treated. */
export declare function emptyPlacement(from: Placement): Placement;
/** Where a placement found in the store stands on the ladder. */
export declare function positionOf(spec: ReleaseSpec, placement: Placement): Position | undefined;
