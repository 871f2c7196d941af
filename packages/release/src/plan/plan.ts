/** What is known of the traffic a release will meet. Rates are shares of requests. */
export type TrafficEstimate = {
  readonly requestsPerSecond: number;
  /** Requests of the average unit during a dwell; 1 unless known. */
  readonly requestsPerUnit?: number;
  /** Variance of a rate between units over what independent requests would have; 2 unless measured. */
  readonly designEffect?: number;
  /** How much of all traffic a level's condition holds for, by level; 1 unless said. */
  readonly matching: Readonly<Record<string, number>>;
  /** Today's share of failed requests, and of requests slower than each limit (ms); 0.005 unless measured. */
  readonly failures?: number;
  readonly slow?: Readonly<Record<string, number>>;
};

/** One guard at one step. Times in ms. */
export type PlannedGuard = {
  readonly guard: string;
  readonly test: string;
  /** The share of failed or slow requests that is seen by the end of the dwell, and by the end of the longest hold; absent: none. */
  readonly seenByDwell?: number;
  readonly seenByLongest?: number;
  /** The declared effect: the limit of an absolute guard, today's rate plus `effect` of one against control. */
  readonly declared: number;
  /** Time until the declared effect is seen with power 0.8; absent: never. */
  readonly expected?: number;
  /** The same by a fixed test with one look at its end, for comparison. */
  readonly fixedTest?: number;
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
  /** `tested`: every guard sees what it declares within the longest hold; `not tested`: by choice; `refused`: neither. */
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
