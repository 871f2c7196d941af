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

/** What the units in a band of positions, in millionths, were given before that level. */
export type BandTally = {
  readonly level: string;
  readonly from: number;
  readonly below: number;
  readonly counts: ArmTally;
};

/** Counts of all units; `slow` by limit of `Tally.limits`. */
export type ClimbCounts = {
  readonly ended: number;
  readonly failures: number;
  readonly slow?: readonly number[];
};

/** What all gateways together counted for a release at its present epoch. */
export type Tally = {
  /** Latencies in ms, ascending, that `slow` counts beyond. */
  readonly limits: readonly number[];
  /** By level whose share decided. */
  readonly levels: Readonly<Record<string, { readonly treatment: ArmTally; readonly control: ArmTally }>>;
  /** Users no level reached so far holds for, at this epoch; absent: nobody counts them. */
  readonly outside?: ArmTally;
  /**
   * What units did before a level was reached that holds for them, by band of their positions; over all epochs of a release's first climb,
   * as its ladder stands. Absent: nobody was counted, or an earlier climb gave the bands different pasts.
   */
  readonly ahead?: readonly BandTally[];
  /** Over all epochs of this climb: what blast radius and drain are counted from. */
  readonly climb: {
    readonly treated: ClimbCounts & {
      readonly begun: number;
      /** Of earlier climbs too. */
      readonly open: number;
      readonly units: number;
    };
    readonly control: ClimbCounts;
    /** Served `from` too, and in neither arm. */
    readonly rest: ClimbCounts;
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
