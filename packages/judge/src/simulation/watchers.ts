import { normalUpperQuantile } from '../distributions/normal.ts';
import { studentTTwoSided } from '../distributions/student-t.ts';
import { asymptoticSequence } from '../sequential/asymptotic-sequence.ts';
import {
  advanceClusterSequence,
  type ClusterTest,
  startClusterSequence,
} from '../sequential/cluster-sequence.ts';
import { advanceSpending, spendingStart } from '../sequential/group-sequential.ts';
import { advanceMsprt, msprtStart } from '../sequential/msprt.ts';
import { advanceRateEProcess, rateEProcessStart } from '../sequential/rate-e-process.ts';
import { advanceSequentialSrm, startSequentialSrm } from '../sequential/sequential-srm.ts';
import type { SubBucketEstimate } from '../sequential/sub-buckets.ts';
import { type Day, type Moment, SUB_BUCKETS } from './day.ts';

/** Watches a day from its beginning: answers, second by second, whether the arms are called different. */
export type Watcher = (day: Day, alpha: number) => (moment: Moment, isLast: boolean) => boolean;

/** The effect all sequential methods are tuned for, fixed before any traffic: one point of failures. */
const TAU = 0.01;
const LOOKS = 20;

/** What a method promises about its level: under a look every second, at looks planned beforehand, or nothing. */
export type Claim = 'every second' | 'planned looks' | 'none';

/** Methods that claim to hold their level although they are looked at every second. */
export const alwaysValidWatchers: Readonly<Record<string, Watcher>> = {
  'cluster sequence': (_, alpha) => clusterSequence(alpha),
  'cluster sequence with CUPED': (day, alpha) => clusterSequence(alpha, day.before),
  'mSPRT between sub-buckets': (_, alpha) => {
    let state = msprtStart;
    return ({ estimate, units }) => {
      if (estimate === undefined || units < 30 * SUB_BUCKETS) return false;
      const next = advanceMsprt(state, estimate, { tau: TAU, alpha });
      state = next.state;
      return next.look.p <= alpha;
    };
  },
  'asymptotic sequence between sub-buckets':
    (day, alpha) =>
    ({ estimate, units }) => {
      if (estimate === undefined || units < 30 * SUB_BUCKETS) return false;
      return asymptoticSequence({ ...estimate, count: 2 * units }, alpha, day.plan.units).p <= alpha;
    },
  'exact e-process, one answer per unit': (_, alpha) => {
    let state = rateEProcessStart;
    return ({ answers }) => {
      const next = advanceRateEProcess(state, answers, { kind: 'equal' });
      if (next.refused) throw new Error(next.missing);
      state = next.state;
      return next.p <= alpha;
    };
  },
  'sequential SRM': (_, alpha) => {
    let state = startSequentialSrm(2);
    return ({ answers: { treatment, control } }) => {
      const next = advanceSequentialSrm(state, [treatment.trials, control.trials], { weights: [1, 1] });
      if (next.refused) throw new Error(next.missing);
      state = next.state;
      return next.p <= alpha;
    };
  },
};

/** Methods that spend their whole level on looks planned beforehand. */
export const plannedWatchers: Readonly<Record<string, Watcher>> = {
  'Lan–DeMets, 20 looks between sub-buckets': (day, alpha) => {
    let state = spendingStart;
    return ({ estimate, units }) => {
      const fraction = (2 * units) / day.plan.units;
      if (estimate === undefined || fraction < (state.fractions.length + 1) / LOOKS) return false;
      const next = advanceSpending(state, fraction, { kind: 'pocock', alpha, sides: 2 });
      if (next.refused) return false;
      state = next.state;
      return Math.abs(estimate.estimate) / Math.sqrt(estimate.variance) > next.bound;
    };
  },
  'fixed test, one look at the end':
    (_, alpha) =>
    ({ estimate }, isLast) =>
      isLast && estimate !== undefined && twoSided(estimate) <= alpha,
};

/** What is done instead: shown beside, to tell what looking costs. */
export const naiveWatchers: Readonly<Record<string, Watcher>> = {
  'naive: request-level test every second': (_, alpha) => {
    const bound = normalUpperQuantile(alpha / 2);
    const totals = emptyTotals();
    return ({ batch }) => {
      for (const row of batch) {
        totals[row.arm].events += row.numerator;
        totals[row.arm].trials += row.denominator;
      }
      return Math.min(totals.treatment.trials, totals.control.trials) >= 1000 && pooledZ(totals) > bound;
    };
  },
  'naive: fixed test at 20 looks': (day, alpha) => {
    const bound = normalUpperQuantile(alpha / 2);
    const totals = emptyTotals();
    let looks = 0;
    return ({ answers }) => {
      for (const arm of ['treatment', 'control'] as const) {
        totals[arm].events += answers[arm].events;
        totals[arm].trials += answers[arm].trials;
      }
      if (totals.treatment.trials + totals.control.trials < ((looks + 1) * day.plan.units) / LOOKS)
        return false;
      looks += 1;
      return pooledZ(totals) > bound;
    };
  },
};

function clusterSequence(alpha: number, before?: Day['before']): ReturnType<Watcher> {
  const test: ClusterTest = { alpha, tau: TAU, contrast: 'difference', side: 'both' };
  let state = startClusterSequence(test, before);
  return ({ batch }) => {
    const next = advanceClusterSequence(state, batch, test);
    if (next.refused) throw new Error(next.missing);
    state = next.state;
    return next.look.refuted;
  };
}

function twoSided({ estimate, variance, degreesOfFreedom }: SubBucketEstimate): number {
  return studentTTwoSided(estimate / Math.sqrt(variance), degreesOfFreedom);
}

type Totals = Record<'treatment' | 'control', { events: number; trials: number }>;

function emptyTotals(): Totals {
  return { treatment: { events: 0, trials: 0 }, control: { events: 0, trials: 0 } };
}

/** |z| of the textbook test of two proportions. */
function pooledZ({ treatment, control }: Totals): number {
  const rate = (treatment.events + control.events) / (treatment.trials + control.trials);
  const error = Math.sqrt(rate * (1 - rate) * (1 / treatment.trials + 1 / control.trials));
  const difference = treatment.events / treatment.trials - control.events / control.trials;
  return error > 0 ? Math.abs(difference) / error : 0;
}
