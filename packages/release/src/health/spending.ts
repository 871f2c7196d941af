/**
 * How much of a budget falls on the time from `from` to `to` (ms since a step began) when half is spread evenly over the planned
 * time, a quarter over as much again, an eighth over twice that, and so on: it never adds up to more than the budget, however
 * long the step is held.
 */
export function spentBetween(budget: number, from: number, to: number, planned: number): number {
  return budget * (spentBy(to / planned) - spentBy(from / planned));
}

function spentBy(time: number): number {
  if (!(time > 0)) return 0;
  if (time <= 1) return time / 2;
  const doublings = Math.floor(Math.log2(time));
  const start = 2 ** doublings;
  return 1 - 2 ** -(doublings + 1) + 2 ** -(doublings + 2) * ((time - start) / start);
}
