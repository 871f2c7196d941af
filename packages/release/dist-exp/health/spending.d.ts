/**
 * How much of a budget of 1 is spent by a time (ms since a step began) when three quarters go to the planned time, most of it soon
 * after the step was entered, where faults of a new version show, and the rest to what is held longer: evenly in ln(t + a
 * twentieth of what is planned), then half of what is left for each doubling. Never more than 1, however long the step is held.
 */
export declare function spentBy(time: number, planned: number): number;
