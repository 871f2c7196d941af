import type { ReleaseSpec } from '@ombre/decide/model';
import { type ReleaseState, startRelease } from '../climb/state.ts';
import type { GuardEvidence } from '../health/health.ts';
import { type HealthState, judgeHealth } from '../health/judge-health.ts';
import { countRequest, emptyArm, tallyOf } from './arm-counts.ts';
import { type CrowdPlan, gatherCrowd } from './crowd.ts';

/** One step at which a region and everybody else are treated by the same share, the others of both being control, and what befalls them. */
export type TroublePlay = {
  readonly crowd: CrowdPlan;
  /** Share of people who live in the region. */
  readonly region: number;
  readonly share: number;
  /** Seconds, and looks in each. */
  readonly hold: number;
  readonly looks: number;
  readonly guards: NonNullable<ReleaseSpec['guards']>;
  readonly trouble: Trouble;
};

/** What befalls requests between two seconds: more of them fail, all take longer by that mean. Of treatment, and that part of it of control. */
export type Trouble = {
  readonly failures: number;
  readonly milliseconds: number;
  readonly from: number;
  readonly to: number;
  readonly ofControl: number;
  /** Only people of the region. */
  readonly regional: boolean;
};

/** The second of each, absent: never. */
export type PlayedTrouble = {
  readonly bad?: number;
  /** The region alone was taken back. */
  readonly returned?: number;
  readonly unknown: readonly number[];
  readonly evidence: readonly GuardEvidence[];
};

/** The name of the region's level, for `slices`. */
export const REGION = 'region';
const REST = 'rest';
const START_MS = 1_700_000_000_000;
/** A healthy request: median ms and σ of a log-normal; one in trouble takes exponentially longer. */
const MEDIAN_MS = 80;
const SPREAD = 0.8;

/** Plays the step with the traffic of one seed until anything is taken back. */
export function playTrouble(play: TroublePlay, seed: number): PlayedTrouble {
  const crowd = gatherCrowd(play.crowd, seed);
  const { uniform } = crowd;
  const local = crowd.people.map(() => uniform() < play.region);
  const spec: ReleaseSpec = {
    flag: 'f',
    from: 'old',
    to: 'new',
    guards: play.guards,
    ladder: [
      { name: REGION, when: 'here', share: play.share, dwell: `${play.hold}s` },
      { name: REST, share: play.share, dwell: `${play.hold}s` },
    ],
  };
  const progress: ReleaseState = {
    ...startRelease({ reached: 2, shares: [play.share, play.share], epoch: 1 }),
    phase: 'dwelling',
    at: { level: 1, step: 0 },
    evidenceFrom: START_MS,
  };
  const armsOf = () => ({ treatment: emptyArm(), control: emptyArm() });
  const levels = { [REGION]: armsOf(), [REST]: armsOf() };
  const seen = new Uint8Array(crowd.people.length);
  let state: HealthState | undefined = judgeHealth(
    spec,
    progress,
    tallyOf(levels),
    undefined,
    START_MS,
  ).state;
  const unknown: number[] = [];
  let evidence: readonly GuardEvidence[] = [];
  for (let look = 1; look <= play.hold * play.looks; look++) {
    const second = look / play.looks;
    const { from, to, ofControl, failures, milliseconds, regional } = play.trouble;
    const isOn = second > from && second <= to;
    crowd.pass(1 / play.looks, (who, failed) => {
      const person = crowd.people[who];
      const here = local[who] === true;
      if (person === undefined) return;
      const name = person.position < play.share ? 'treatment' : 'control';
      const part = isOn && (here || !regional) ? (name === 'treatment' ? 1 : ofControl) : 0;
      const arm = levels[here ? REGION : REST]?.[name];
      if (arm === undefined) return;
      countRequest(arm, person.bucket, {
        failed: failed(part * failures),
        slow: false,
        first: seen[who] === 0,
      });
      seen[who] = 1;
      const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
      const took = MEDIAN_MS * Math.exp(SPREAD * normal) - part * milliseconds * Math.log(1 - uniform());
      arm.latencySum[person.bucket] = (arm.latencySum[person.bucket] ?? 0) + took;
    });
    const judged = judgeHealth(spec, progress, tallyOf(levels), state, START_MS + 1000 * second);
    state = judged.state;
    evidence = judged.health.evidence;
    if (judged.health.verdict === 'unknown') unknown.push(second);
    if (judged.health.verdict === 'bad') return { bad: second, unknown, evidence };
    if (evidence.some(({ returns }) => returns !== undefined)) return { returned: second, unknown, evidence };
  }
  return { unknown, evidence };
}
