import type { ReleaseSpec } from '@ombre/decide/model';
import { type CrowdPlan } from './crowd.ts';
/** A climb through shares, each held for as long. */
export type ReleasePlay = {
    readonly crowd: CrowdPlan;
    readonly shares: readonly number[];
    /** Seconds at each share. */
    readonly hold: number;
    /** Looks a second; 1 unless said. */
    readonly looks?: number;
    readonly guards: NonNullable<ReleaseSpec['guards']>;
    /** What the new version fails more often, from a second of the last share on; 0: the versions are the same. */
    readonly harm: {
        readonly rate: number;
        readonly from: number;
    };
};
/** The second after which each judge called the new version bad; absent: never. */
export type PlayedRelease = {
    readonly guards?: number;
    readonly guard?: string;
    /** The second the fault began, as told afterwards. */
    readonly began?: number;
    /** A test of two proportions over requests at the same level, asked every second. */
    readonly naive?: number;
    /** Seconds in which health was unknown. */
    readonly unknown: number;
    /** The last second's verdict at each share. */
    readonly verdicts: readonly string[];
};
/** Plays one release with the traffic of one seed. */
export declare function playRelease(play: ReleasePlay, seed: number): PlayedRelease;
