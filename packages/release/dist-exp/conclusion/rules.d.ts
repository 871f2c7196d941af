/** How evidence becomes a decision; fixed before the data are seen. */
export type ConclusionRules = {
    /** Level of the primary metrics as a family. */
    readonly alpha: number;
    /** Least change worth having where a metric names none: 0.8 points. */
    readonly threshold: number;
    /** How the p-values of several primary metrics are adjusted. */
    readonly multiplicity: 'holm' | 'bh' | 'none';
    readonly minimumUnitsPerArm: number;
    readonly minimumDays: number;
    /** Sample ratio mismatch below this p-value vetoes any decision. */
    readonly sampleRatioLimit: number;
    /** Largest tolerable share of units in several arms, and of treated units without overlap. */
    readonly severalArmsLimit: number;
    readonly overlapLimit: number;
    /** Power against the threshold that a test must have had before nothing is found in it. */
    readonly power: number;
};
/** The rules of G3 with common limits (Fabijan et al., KDD 2019, for the sample ratio). */
export declare const defaultRules: ConclusionRules;
