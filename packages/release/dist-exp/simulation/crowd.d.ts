/**
 * A crowd of people using a service, as its operators would describe it. Most come a few times, some all day long; one in fifty has a
 * broken client whose requests fail half of the time; failures come and go with the weather of the network.
 */
export type CrowdPlan = {
    readonly people: number;
    /** Requests a second of all people together, on average. */
    readonly requestsPerSecond: number;
    /** σ of the log-normal activity of people. */
    readonly spread: number;
    readonly brokenShare: number;
    readonly brokenFailure: number;
    /** Share of a healthy person's requests that fail, and that take too long, in average weather. */
    readonly failure: number;
    readonly slow: number;
    /** Weather: ln of what failures are multiplied by; AR(1) a second, with this memory and stationary deviation. */
    readonly memory: number;
    readonly storm: number;
};
export declare const ordinaryCrowd: CrowdPlan;
/** Where one person stands: a position in [0, 1) for shares, and one of 64 sub-buckets. */
export type Person = {
    readonly position: number;
    readonly bucket: number;
    readonly broken: boolean;
};
/** A crowd and the stream of its requests. The same seed gives the same. */
export type Crowd = {
    readonly people: readonly Person[];
    /** Lets some seconds pass and calls `send` for each request, with what its weather makes of it. */
    pass(seconds: number, send: (person: number, failed: (rate: number) => boolean, slow: boolean) => void): void;
    readonly uniform: () => number;
};
export declare function gatherCrowd(plan: CrowdPlan, seed: number): Crowd;
