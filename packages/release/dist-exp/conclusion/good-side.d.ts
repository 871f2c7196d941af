import type { Measured, MetricEvidence } from './evidence.ts';
/** The estimate and both ends of its interval, turned so that more is better. */
export declare function goodSide({ estimate, low, high }: Measured, better: MetricEvidence['better']): {
    readonly gain: number;
    readonly worst: number;
    readonly best: number;
};
