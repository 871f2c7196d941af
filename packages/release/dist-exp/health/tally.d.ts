/** Counts of one arm by sub-bucket of units, 64 entries each, since the epoch's first request. */
export type ArmTally = {
    /** Requests that ended. */
    readonly ended: readonly number[];
    readonly failures: readonly number[];
    /** By limit of `Tally.limits`, then by sub-bucket: requests that passed the limit, ended or not. */
    readonly slow: readonly (readonly number[])[];
    /** Milliseconds of all requests that ended. */
    readonly latencySum: readonly number[];
    /** Distinct units, as far as gateways tell. */
    readonly units: number;
};
/** What all gateways together counted for a release at its present epoch. */
export type Tally = {
    /** Latencies in ms, ascending, that `slow` counts beyond. */
    readonly limits: readonly number[];
    /** By level whose share decided. */
    readonly levels: Readonly<Record<string, {
        readonly treatment: ArmTally;
        readonly control: ArmTally;
    }>>;
    /** Over all epochs: what blast radius and drain are counted from. */
    readonly climb: {
        readonly treated: {
            readonly begun: number;
            readonly open: number;
            readonly ended: number;
            readonly failures: number;
            readonly units: number;
        };
        readonly control: {
            readonly ended: number;
            readonly failures: number;
        };
        /** All requests of the flag's release, arms and others. */
        readonly requests: number;
    };
    /** Gateways heard of, and those that are silent or whose reports have a gap, with when they were last whole. */
    readonly sources: number;
    readonly missing: readonly {
        readonly source: string;
        readonly why: 'silent' | 'gap';
        readonly since: number;
    }[];
};
