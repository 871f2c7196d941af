import type { MetricEvidence } from './evidence.ts';
/** A difference with its sign: `+0.77 points`, `−1.2`. */
export declare function signed(value: number, scale: MetricEvidence['scale']): string;
/** A difference without sign: shares in percentage points. */
export declare function size(value: number, scale: MetricEvidence['scale']): string;
/** A share as a percentage. */
export declare function percent(share: number): string;
/** A p-value as people write it. */
export declare function probability(p: number): string;
/** A number of units, in groups of three digits. */
export declare function counted(value: number): string;
