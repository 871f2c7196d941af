import type { ReleaseSpec } from '@ombre/decide/model';
import { type ReleaseState, startRelease } from '../climb/state.ts';
import { type HealthState, judgeHealth } from '../health/judge-health.ts';
import { countRequest, emptyArm, tallyOf } from './arm-counts.ts';
import { type CrowdPlan, gatherCrowd } from './crowd.ts';

/** A region that is treated by half and then wholly, beside people elsewhere who are not. */
export type RegionPlay = {
  readonly crowd: CrowdPlan;
  /** Share of people who live there, and how much more of their requests fails than elsewhere, whatever the version. */
  readonly region: number;
  readonly worse: number;
  /** Deviation of the logarithm of what the region's own failures are multiplied by: weather that nobody elsewhere has. */
  readonly ownWeather: number;
  /** Seconds at half and at the whole. */
  readonly hold: number;
  readonly effect: number;
  /** What the new version fails more often, from the moment the whole region has it. */
  readonly harm: number;
};

/** The second of the whole region's step after which the guard called the new version bad; absent: never. */
export type PlayedRegion = { readonly bad?: number; readonly last: string };

const START_MS = 1_700_000_000_000;
const LEVEL = 'region';
const SHARES = [0.5, 1];

/** Plays the two steps with the traffic of one seed; looked at every second. */
export function playRegion(play: RegionPlay, seed: number): PlayedRegion {
  const crowd = gatherCrowd(play.crowd, seed);
  const local = crowd.people.map(() => crowd.uniform() < play.region);
  const spec: ReleaseSpec = {
    flag: 'f',
    from: 'old',
    to: 'new',
    guards: [{ errorsAboveControl: { effect: play.effect } }],
    ladder: [
      {
        name: LEVEL,
        when: 'here',
        share: 1,
        dwell: `${play.hold}s`,
        steps: [{ share: 0.5, dwell: `${play.hold}s` }],
      },
    ],
  };
  let state: HealthState | undefined;
  let second = 0;
  let own = 0;
  let last = '';
  for (const [step, share] of SHARES.entries()) {
    const placement = { reached: 1, shares: [share], epoch: step + 1 };
    const progress: ReleaseState = {
      ...startRelease(placement),
      phase: 'dwelling',
      at: { level: 0, step },
      evidenceFrom: START_MS + 1000 * second,
    };
    const arms = { treatment: emptyArm(), control: emptyArm(), outside: emptyArm() };
    const look = () => {
      const { outside, ...both } = arms;
      return judgeHealth(
        spec,
        progress,
        tallyOf({ [LEVEL]: both }, { outside }),
        state,
        START_MS + 1000 * second,
      );
    };
    state = look().state;
    const seen = new Uint8Array(crowd.people.length);
    for (let held = 1; held <= play.hold; held++) {
      const normal = Math.sqrt(-2 * Math.log(1 - crowd.uniform())) * Math.sin(2 * Math.PI * crowd.uniform());
      own = 0.95 * own + Math.sqrt(1 - 0.95 ** 2) * play.ownWeather * normal;
      crowd.pass(1, (who, failed) => {
        const person = crowd.people[who];
        if (person === undefined) return;
        const treated = local[who] === true && person.position < share;
        const arm = treated ? arms.treatment : local[who] ? arms.control : arms.outside;
        const more = local[who] ? play.worse * Math.exp(own) + (treated && share === 1 ? play.harm : 0) : 0;
        countRequest(arm, person.bucket, { failed: failed(more), slow: false, first: seen[who] === 0 });
        seen[who] = 1;
      });
      second += 1;
      const judged = look();
      state = judged.state;
      last = judged.health.verdict;
      if (last === 'bad') return step === 0 ? { bad: held - play.hold, last } : { bad: held, last };
    }
  }
  return { last };
}
