/** What is known of the traffic a release will meet. Rates are shares of requests. */
export type TrafficEstimate = {
    readonly requestsPerSecond: number;
    /** Variance of a rate over what independent requests would have, because users are sticky; 2 unless measured. */
    readonly designEffect?: number;
    /** How much of all traffic a level's condition holds for, by level; 1 unless said. Levels are taken to be apart. */
    readonly matching?: Readonly<Record<string, number>>;
    /** Shares of units kept out by the holdouts that are in force, by name; those it does not name keep nobody out. */
    readonly heldOut?: Readonly<Record<string, number>>;
    /** Today's share of failed requests; 0.005 unless measured. */
    readonly failures?: number;
    /** Today's share of requests slower than a limit, by the limit as it is written; a fifth of the guard's share unless measured. */
    readonly slow?: Readonly<Record<string, number>>;
};
/** One guard at one step. Times in ms. */
export type PlannedGuard = {
    readonly guard: string;
    /** The test in use, for people. */
    readonly test: string;
    /** What must be told from health: the limit of an absolute guard, today's rate plus margin and effect of one against control. */
    readonly declared: number;
    /** The rate (ms for `meanLatency`) that is called bad with power 0.8 by the end of the dwell and of the longest hold; absent: none. */
    readonly seenByDwell?: number;
    readonly seenByLongest?: number;
    /**
     * Time until health is told from the declared harm with power 0.8: a healthy version is called good and, against control, one with the
     * declared effect bad. Absent: never.
     */
    readonly expected?: number;
    /** The same by a fixed test of the same budget with one look at its end, for comparison. */
    readonly fixedTest?: number;
    /** False for a guard against control at a step that leaves none: it says nothing there. */
    readonly applies: boolean;
    /** Its numbers come from elsewhere: how sure they are is not known here, so a step is not tested by it. */
    readonly measured?: boolean;
};
export type PlannedStep = {
    readonly level: string;
    readonly share: number;
    readonly dwell: number;
    readonly longest: number;
    /** Share of all traffic that is treated. */
    readonly exposure: number;
    readonly requestsPerSecond: number;
    readonly control: boolean;
    readonly guards: readonly PlannedGuard[];
    /**
     * `tested`: every guard that applies tells health from what it declares within the longest hold; `not tested`: no guard applies, or by
     * choice; `refused`: neither.
     */
    readonly verdict: 'tested' | 'not tested' | 'refused';
    /** For people. */
    readonly sentence: string;
};
export type ReleasePlan = {
    readonly alpha: number;
    readonly steps: readonly PlannedStep[];
    /** Holds alone, in ms: the shortest the climb can take, and with every longest hold used. */
    readonly shortest: number;
    readonly longest: number;
    readonly refused: boolean;
};
