/** A release's position on its ladder, owned by controllers; it moves only by a revision. */
export interface Placement {
  /** How many levels are reached, 0 … ladder length. */
  readonly reached: number;
  /** Current share of each reached level, in ladder order; as long as `reached`. */
  readonly shares: readonly number[];
  /** Slices taken back: units the condition holds for are treated only below `share`. */
  readonly except?: readonly { readonly when: string; readonly share: number }[];
  /** Cells (labels of receivers) that have the change; absent: all. */
  readonly cells?: readonly string[];
  /** Grows by one with each move. */
  readonly epoch: number;
}

/** Where a release stands before its controller has moved it. */
export const START: Placement = { reached: 0, shares: [], epoch: 0 };
