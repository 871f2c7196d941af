import { type CountersGuard, isMeasured, parseDuration, type ReleaseSpec } from '@ombre/decide/model';
import type { Traffic } from '../climb/event.ts';
import { stepAt, stepsOf } from '../climb/position.ts';
import type { Blast, ReleaseState } from '../climb/state.ts';
import { judgeGuard } from '../guards/judge-guard.ts';
import { aheadOf } from './ahead.ts';
import { addBefore, type BeforeByLevel, levelWithoutControl } from './before.ts';
import { combineHealth, type Health } from './health.ts';
import { type Counted, extendHistory, type History, pastOf, type Sums, startHistory } from './history.ts';
import type { Tally } from './tally.ts';

/** False alarms per climb: one budget, split beforehand over steps and the guards that judge what gateways count. */
export const ALPHA = 0.01;

/** What is known between ticks, or what was written down of it. Plain JSON, large; {@link remember} makes of it what is worth writing down. */
export type HealthState = Known | HealthMemory;

type Known = {
  readonly epoch: number;
  /** When every receiver had activated the step; null while it spreads. */
  readonly begun: number | null;
  readonly history: History;
  /** What levels' users were given at the steps before this one, while they did not all have the change; and this one's included. */
  readonly before: BeforeByLevel;
  readonly beforeThrough: BeforeByLevel;
  /** Milliseconds at this step for which the budget was spent, and how often its evidence began anew. */
  readonly elapsed: number;
  readonly again: number;
  readonly ticked: number;
  /** Requests treatment had been given at the last tick. */
  readonly treated: number;
  /** A shared cause is over: evidence begins anew with the next tick. */
  readonly renew?: true;
};

/**
 * What outlives the process that judges: how much of the budget is spent, and what control showed before. Counts are not in it,
 * since gateways say again what they counted; so after a restart the evidence of the epoch is all there and the budget does not begin anew.
 */
export type HealthMemory = Omit<Known, 'history'> & {
  /** What control showed at the steps before this one, and this one's included. */
  readonly past: Sums;
  readonly through: Sums;
};

/** A memory is written down at least this often, in ms; what was spent since then counts as spent when it is read back. */
export const REMEMBERED = 30_000;

/** A pause between ticks counts as no more than this, in ms. */
const LONGEST_TICK = 5_000;
/** What is planned where no step is held. */
const DEFAULT_DWELL = 60_000;

/**
 * Counters in, health out: what each guard of the release says, and their combination. Each tick looks once, so it may be
 * called as often as one likes. Give it the tally of `progress.placement.epoch`; add evidence of other sources with
 * `combineHealth([...health.evidence, ...others])`.
 */
export function judgeHealth(
  spec: ReleaseSpec,
  progress: ReleaseState,
  tally: Tally,
  state: HealthState | undefined,
  now: number,
): { readonly health: Health; readonly state: HealthState; readonly traffic: Traffic } {
  const begun = progress.evidenceFrom ?? null;
  const { epoch } = progress.placement;
  const known = state?.epoch === epoch ? state : undefined;
  const seen = known !== undefined && 'history' in known ? known.history : undefined;
  const limitsKnown = seen?.limits.join() === tally.limits.join();
  const fresh = seen === undefined || known?.begun !== begun || !limitsKnown || known.renew === true;
  const longest = seen === undefined ? REMEMBERED : LONGEST_TICK;
  const passed = Math.min(Math.max(0, now - (known?.ticked ?? now)), longest);
  const elapsed = (known?.elapsed ?? 0) + passed;
  const again = known === undefined ? 0 : known.again + (fresh ? 1 : 0);
  // Of an epoch that was seen from its beginning nothing is left out; evidence that begins anew leaves out what came before.
  const counted: Counted = seen === undefined ? { levels: {} } : tally;
  const from = {
    limits: tally.limits,
    levels: counted.levels,
    ...(counted.outside && { outside: counted.outside }),
  };
  const past =
    state === undefined ? undefined : known === undefined ? remember(state).through : remember(known).past;
  const before = known?.before ?? state?.beforeThrough ?? {};
  const start = fresh ? startHistory(from, now, { after: elapsed, again, past }) : seen;
  const history = extendHistory(start, tally, now, { after: elapsed, planned: plannedTime(spec, progress) });
  const guards = (spec.guards ?? []).filter((guard): guard is CountersGuard => !isMeasured(guard));
  const alpha = ALPHA / (stepCount(spec) * Math.max(1, guards.length));
  const level = levelWithoutControl(spec, progress);
  const alone = level === undefined ? {} : { alone: { level, before: before[level] } };
  const ahead = aheadOf(spec, progress.placement, tally);
  const sight = {
    history,
    tally,
    alpha,
    control: leavesControl(spec, progress),
    ...alone,
    ...(ahead && { ahead }),
    now,
  };
  const health = combineHealth(guards.map((guard) => judgeGuard(sight, guard)));
  const { treated } = tally.climb;
  // Just after a restart no gateway was heard yet: what is remembered waits for them.
  const unheard = known !== undefined && seen === undefined && tally.sources === 0;
  const beforeThrough = addBefore(spec, before, history);
  const spent = { epoch, begun, history, before, beforeThrough, elapsed, again };
  const renew = health.evidence.some(({ over }) => over === true) ? { renew: true as const } : {};
  const next = unheard ? known : { ...spent, ...renew, ticked: now, treated: treated.begun };
  const { open } = treated;
  const to = Math.max(0, treated.begun - (state?.treated ?? treated.begun)) + open;
  return { health, state: next, traffic: { to, open, blast: blastOf(tally) } };
}

/** What is worth writing down: a few hundred bytes, and some more for each step of the climb. */
export function remember(state: HealthState): HealthMemory {
  if (!('history' in state)) return state;
  const { history, ...rest } = state;
  return { ...rest, past: history.past, through: pastOf(history) };
}

/** All holds a climb has, the watch window among them. */
function stepCount({ ladder, watch }: ReleaseSpec): number {
  return ladder.reduce((sum, level) => sum + stepsOf(level).length, watch === undefined ? 0 : 1);
}

function plannedTime(spec: ReleaseSpec, { at, phase }: ReleaseState): number {
  const watched = phase === 'watching' ? parseDuration(spec.watch ?? '') : undefined;
  const dwell = at === undefined ? undefined : stepAt(spec, at)?.dwell;
  return Math.max(1_000, watched ?? dwell ?? DEFAULT_DWELL);
}

/** Whether some units that could be treated are not: no level for everybody is full, and some level is not. */
function leavesControl({ ladder }: ReleaseSpec, { placement }: ReleaseState): boolean {
  const full = placement.shares.some((share, index) => share === 1 && ladder[index]?.when === undefined);
  return !full && placement.shares.some((share) => share > 0 && share < 1);
}

function blastOf({ limits, climb: { treated, control, rest, requests } }: Tally): Blast {
  const others = control.ended > 0 ? control : rest;
  const expectedOf = (bad: number): number => (others.ended > 0 ? bad / others.ended : 0) * treated.ended;
  const slow = limits.map((over, index) => ({
    over,
    bad: treated.slow?.[index] ?? 0,
    expected: expectedOf(others.slow?.[index] ?? 0),
  }));
  return {
    requests,
    treated: treated.begun,
    units: treated.units,
    bad: treated.failures,
    expected: expectedOf(others.failures),
    ...(slow.length === 0 ? {} : { slow }),
  };
}
