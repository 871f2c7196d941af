/**
 * How much of a budget of 1 is spent by a time (ms since a step began) when three quarters go to the planned time, most of it soon
 * after the step was entered, where faults of a new version show, and the rest to what is held longer: evenly in ln(t + a
 * twentieth of what is planned), then half of what is left for each doubling. Never more than 1, however long the step is held.
 */
export function spentBy(time, planned) {
    if (!(time > 0))
        return 0;
    const early = planned / 20;
    if (time <= planned)
        return (PLANNED * Math.log1p(time / early)) / Math.log1p(planned / early);
    return 1 - (1 - PLANNED) * (planned / time);
}
const PLANNED = 0.75;
//# sourceMappingURL=spending.js.map