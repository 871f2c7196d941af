/**
 * Whether guards are as quick as the plan prints (spec E4, E9): for rises smaller than gross faults, the part of climbs in which the declared rise is
 * called bad within 1.5 times the time the plan prints (goal: four in five), and how often health of identical versions is called good
 * within it. Run: npx tsc -b && npx tsc -b bench && node bench/dist/release-plan.js [climbs = 100] [first seed = 1]
 */
import { ordinaryCrowd, type PlannedGuard, planRelease, playRelease, type ReleasePlay } from '@ombre/release';

const [climbs = 100, firstSeed = 1] = process.argv.slice(2).map(Number);
const SHARE = 0.5;
const crowd = { ...ordinaryCrowd, people: 10_000, requestsPerSecond: 200, brokenShare: 0, failure: 0.0045 };

/** What the plan prints for one guard held for so long at half of everybody. */
function planned(guard: ReleasePlay['guards'][number], hold: number): PlannedGuard | undefined {
  const dwell = `${Math.ceil(hold)}s`;
  const plan = planRelease(
    { flag: 'f', from: 'old', to: 'new', guards: [guard], ladder: [{ name: 'half', share: SHARE, dwell }] },
    { requestsPerSecond: crowd.requestsPerSecond, failures: 0.005, designEffect: 1.2 },
  );
  return plan.steps[0]?.guards[0];
}

function play(guard: ReleasePlay['guards'][number], hold: number, rise: number) {
  const harm = { rate: rise, from: 0 };
  const looks = hold > 400 ? 1 : 4;
  return Array.from({ length: climbs }, (_, i) =>
    playRelease({ crowd, shares: [SHARE], hold, looks, guards: [guard], harm }, firstSeed + i),
  );
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`${climbs} climbs each, 100 requests/s in each arm, 0.5 % failures, sticky log-normal people`);
console.log('against control: declared rise   printed   bad within 1.5×   p50 of it   good when identical');
for (const effect of [0.05, 0.03, 0.02, 0.01, 0.005]) {
  const guard = { errorsAboveControl: { effect } };
  const printed = (planned(guard, 60)?.expected ?? 0) / 1000;
  const limit = 1.5 * printed;
  const harmed = play(guard, limit, effect).map(({ guards }) => guards ?? Number.POSITIVE_INFINITY);
  const caught = harmed.filter((after) => after <= limit).length / climbs;
  const same = play(guard, limit, 0);
  const good = same.filter(({ verdicts }) => verdicts.at(-1) === 'good').length / climbs;
  const p50 = harmed.sort((a, b) => a - b)[Math.floor(climbs / 2)] ?? Number.NaN;
  console.log(
    `${percent(effect).padStart(28)} ${printed.toFixed(0).padStart(9)} s ${percent(caught).padStart(14)} ${p50.toFixed(1).padStart(11)} s ${percent(good).padStart(15)}`,
  );
}
console.log('a limit of 5 %: held for          rate printed   bad within 1.5×');
for (const hold of [10, 30, 60, 180]) {
  const guard = { errorRate: { max: 0.05 } };
  const rate = planned(guard, hold)?.seenByDwell;
  if (rate === undefined) continue;
  const caught = play(guard, 1.5 * hold, rate - 0.005).filter(({ guards }) => guards !== undefined).length;
  console.log(
    `${`${hold} s`.padStart(28)} ${percent(rate).padStart(13)} ${percent(caught / climbs).padStart(14)}`,
  );
}
