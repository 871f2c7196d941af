/** An estimate of treatment − control with its p-value and interval, all from the same method. */
export type Measured = {
    readonly estimate: number;
    readonly standardError: number;
    readonly p: number;
    readonly low: number;
    readonly high: number;
};
/** One adjustment of a metric's numbers, in the order it was made. */
export type TrailStep = {
    /** What was done: `cuped`, `winsorise`, `holm`, `always-valid`, … */
    readonly step: string;
    /** With what, for people: a covariate, a cap, a family of tests. */
    readonly detail: string;
    readonly from: Measured;
    readonly to: Measured;
};
/** What is known about one metric. */
export type MetricEvidence = {
    readonly name: string;
    readonly role: 'primary' | 'guardrail';
    readonly better: 'higher' | 'lower';
    /** `share`: differences are told in percentage points. */
    readonly scale: 'share' | 'value';
    /** Before any adjustment. */
    readonly raw: Measured;
    /** Adjustments made before the conclusion, first to last; the last one's `to` is what counts. */
    readonly trail: readonly TrailStep[];
    /** Primary: least change that is worth having, positive, on the metric's scale. */
    readonly threshold?: number;
    /** Guardrail: largest loss that is acceptable, positive, on the metric's scale. */
    readonly margin?: number;
};
/** What is known about the data themselves. */
export type QualityEvidence = {
    readonly units: {
        readonly treatment: number;
        readonly control: number;
    };
    readonly days: number;
    /** p-value of the split of units against the weights. */
    readonly sampleRatioP: number;
    /** Share of units found in more than one arm. */
    readonly unitsInSeveralArms?: number;
    /** For data nobody randomised: share of treated units without anybody comparable. */
    readonly withoutOverlap?: number;
};
/** Everything a conclusion rests on; with the digests of where it came from. */
export type Evidence = {
    readonly subject: string;
    readonly quality: QualityEvidence;
    readonly metrics: readonly MetricEvidence[];
    /** SHA-256 of each input by name: data, plan, snapshot. */
    readonly digests: Readonly<Record<string, string>>;
};
/** The numbers that count: after the last adjustment. */
export declare function adjustedOf({ raw, trail }: MetricEvidence): Measured;
/** A normal estimate at one planned look: two-sided p and interval at level `alpha`. */
export declare function measured(estimate: number, standardError: number, alpha?: number): Measured;
