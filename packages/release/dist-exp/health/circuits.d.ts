import type { ReleaseSpec } from '@ombre/decide/model';
import type { GuardEvidence } from './health.ts';
/** How the circuit of one variant's upstream stands at a gateway; `Circuit` of the protocol is one. */
export type CircuitReport = {
    readonly flag: string;
    readonly variant: string;
    readonly upstream: string;
    readonly state: 'closed' | 'open' | 'half-open';
};
/** A circuit as its gateway reported it last. */
export type SeenCircuit = CircuitReport & {
    readonly source: string;
    /** When it was seen to open, ms since 1970; absent while it is not open, and where it was open when it was first heard of. */
    readonly opened?: number;
};
/** What else is known when circuits are judged. */
export type CircuitsAround = {
    /** Share of requests served `from` that failed of late; null where there were none. */
    readonly errorRate: number | null;
    /** Since when this climb is judged, ms: a circuit that nobody asks stays open, and one that opened before says nothing of this climb. */
    readonly since: number;
};
/**
 * What circuit breakers say of a release, a signal independent of its guards: bad where the circuit of `to`'s upstream opened while
 * `from`'s is closed and `from` does not fail alike; unknown, the cause being shared, where either does too; undecided while `to`'s
 * is probed. Nothing at all where both are closed, go to one upstream, or a gateway does not tell how one of them stands.
 */
export declare function circuitEvidence({ flag, from, to }: Pick<ReleaseSpec, 'flag' | 'from' | 'to'>, circuits: readonly SeenCircuit[], { errorRate, since }: CircuitsAround, now: number): readonly GuardEvidence[];
