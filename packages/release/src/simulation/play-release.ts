import { bandsOf, MILLION, type ReleaseSpec } from '@ombre/decide/model';
import { type ReleaseState, startRelease } from '../climb/state.ts';
import { faultOf, type GuardEvidence } from '../health/health.ts';
import { type HealthState, judgeHealth } from '../health/judge-health.ts';
import type { Tally } from '../health/tally.ts';
import { type ArmCounts, countRequest, emptyArm, tallyOf } from './arm-counts.ts';
import { type Crowd, type CrowdPlan, gatherCrowd, type Person } from './crowd.ts';

/** A climb through shares, each held for as long. */
export type ReleasePlay = {
  readonly crowd: CrowdPlan;
  readonly shares: readonly number[];
  /** Seconds at each share. */
  readonly hold: number;
  /** Seconds before the climb in which the same people were counted by where they will stand; absent: nobody was. */
  readonly past?: number;
  /** Looks a second; 1 unless said. */
  readonly looks?: number;
  readonly guards: NonNullable<ReleaseSpec['guards']>;
  /** What the new version fails more often, from a second of the last share on; 0: the versions are the same. `shared`: the old one too. */
  readonly harm: { readonly rate: number; readonly from: number; readonly shared?: boolean };
};

/** The second after which each judge called the new version bad; absent: never. */
export type PlayedRelease = {
  readonly guards?: number;
  readonly guard?: string;
  /** The second the fault began, as told afterwards. */
  readonly began?: number;
  /** A test of two proportions over requests at the same level, asked every second. */
  readonly naive?: number;
  /** Seconds in which health was unknown. */
  readonly unknown: number;
  /** The last second's verdict at each share. */
  readonly verdicts: readonly string[];
  /** What the guards said at the last look. */
  readonly evidence: readonly GuardEvidence[];
};

const LIMIT_MS = 1200;
const START_MS = 1_700_000_000_000;

/** Plays one release with the traffic of one seed. */
export function playRelease(play: ReleasePlay, seed: number): PlayedRelease {
  const crowd = gatherCrowd(play.crowd, seed);
  const spec: ReleaseSpec = {
    flag: 'f',
    from: 'old',
    to: 'new',
    guards: play.guards,
    ladder: play.shares.map((share, i) => ({ name: `l${i}`, share, dwell: `${play.hold}s` })),
  };
  let found: { readonly guards: number; readonly guard: string; readonly began: number } | undefined;
  let naive: number | undefined;
  let unknown = 0;
  const verdicts: string[] = [];
  let evidence: readonly GuardEvidence[] = [];
  const ahead = play.past === undefined ? undefined : countAhead(spec.ladder, crowd, play.past);
  const step = 1 / (play.looks ?? 1);
  let looks = 0;
  let state: HealthState | undefined;
  for (let level = 0; level < play.shares.length && found === undefined; level++) {
    const count = startCounting(play.shares[level] ?? 0, crowd.people, ahead);
    const progress = holding(spec, level);
    state = judgeHealth(
      spec,
      progress,
      count.tally(`l${level}`),
      state,
      START_MS + 1000 * step * looks,
    ).state;
    let last = '';
    for (let held = 0; held < play.hold / step && found === undefined; held++) {
      const harmed = level === play.shares.length - 1 && held * step >= play.harm.from ? play.harm.rate : 0;
      const ofControl = play.harm.shared === true ? harmed : 0;
      crowd.pass(step, (who, failed, slow) =>
        count.request(who, failed, slow, { treatment: harmed, control: ofControl }),
      );
      looks += 1;
      const second = looks * step;
      const judged = judgeHealth(spec, progress, count.tally(`l${level}`), state, START_MS + 1000 * second);
      state = judged.state;
      last = judged.health.verdict;
      evidence = judged.health.evidence;
      if (last === 'unknown') unknown += step;
      if (last === 'bad') {
        const bad = evidence.filter(({ verdict }) => verdict === 'bad');
        const began = ((faultOf(bad) ?? START_MS) - START_MS) / 1000;
        found = { guards: second, guard: bad[0]?.guard ?? '', began };
      }
      if (naive === undefined && count.naiveZ() > NAIVE_BOUND) naive = second;
    }
    verdicts.push(last);
  }
  return { ...found, ...(naive === undefined ? {} : { naive }), unknown, verdicts, evidence };
}

/** The two-sided 1 % bound of a normal. */
const NAIVE_BOUND = 2.5758;

function holding(spec: ReleaseSpec, level: number): ReleaseState {
  const shares = spec.ladder.slice(0, level + 1).map(({ share }) => share);
  const placement = { reached: level + 1, shares, epoch: level + 1 };
  return { ...startRelease(placement), phase: 'dwelling', at: { level, step: 0 }, evidenceFrom: START_MS };
}

/** What everybody does before the climb, by the band of the first level they stand in. */
function countAhead(ladder: ReleaseSpec['ladder'], crowd: Crowd, seconds: number): Tally['ahead'] {
  const ends = bandsOf(ladder, 0);
  const bands: ArmCounts[] = ends.map(() => emptyArm(1));
  for (let second = 0; second < seconds; second++) {
    crowd.pass(1, (who, failed, slow) => {
      const person = crowd.people[who];
      if (person === undefined) return;
      const band = bands[ends.findIndex((end) => person.position * MILLION < end)];
      if (band !== undefined) countRequest(band, person.bucket, { failed: failed(0), slow, first: false });
    });
  }
  const level = ladder[0]?.name ?? '';
  return bands.map((counts, k) => ({ level, from: ends[k - 1] ?? 0, below: ends[k] ?? 0, counts }));
}

/** What each arm fails more often. */
type Harm = { readonly treatment: number; readonly control: number };

/** Counts as a gateway does: positions below the share are treated, as many above it are control. */
function startCounting(
  share: number,
  people: readonly Person[],
  ahead: Tally['ahead'],
): {
  request(who: number, failed: (more: number) => boolean, slow: boolean, harm: Harm): void;
  tally(level: string): Tally;
  naiveZ(): number;
} {
  const arms = { treatment: emptyArm(1), control: emptyArm(1) };
  const sums = { treatment: { n: 0, bad: 0 }, control: { n: 0, bad: 0 } };
  const seen = new Uint8Array(people.length);
  return {
    request(who, failed, slow, harm) {
      const person = people[who];
      if (person === undefined || person.position >= 2 * share) return;
      const name = person.position < share ? 'treatment' : 'control';
      const arm = arms[name];
      const bad = failed(harm[name]);
      countRequest(arm, person.bucket, { failed: bad, slow, first: seen[who] === 0 });
      seen[who] = 1;
      sums[name].n += 1;
      sums[name].bad += bad ? 1 : 0;
    },
    tally(level) {
      const { treatment, control } = sums;
      const climb = {
        treated: { begun: treatment.n, open: 0, ended: treatment.n, failures: treatment.bad, units: 0 },
        control: { ended: control.n, failures: control.bad },
        rest: { ended: 0, failures: 0 },
        requests: treatment.n + control.n,
      };
      return tallyOf({ [level]: arms }, { limits: [LIMIT_MS], climb, ...(ahead && { ahead }) });
    },
    naiveZ() {
      const { treatment, control } = sums;
      if (Math.min(treatment.n, control.n) < 100) return 0;
      const rate = (treatment.bad + control.bad) / (treatment.n + control.n);
      const error = Math.sqrt(rate * (1 - rate) * (1 / treatment.n + 1 / control.n));
      return error > 0 ? Math.abs(treatment.bad / treatment.n - control.bad / control.n) / error : 0;
    },
  };
}
