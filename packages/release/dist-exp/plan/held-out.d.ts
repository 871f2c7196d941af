import type { Resource } from '@ombre/decide/model';
/** Shares of units that holdouts keep out at an instant (ms), by name. */
export declare function heldOutAt(resources: Iterable<Resource>, now: number): Readonly<Record<string, number>>;
