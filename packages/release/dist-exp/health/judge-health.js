import { isMeasured, parseDuration } from '@ombre/decide/model';
import { stepAt, stepsOf } from '../climb/position.js';
import { judgeGuard } from '../guards/judge-guard.js';
import { combineHealth } from './health.js';
import { extendHistory, pastOf, startHistory } from './history.js';
/** False alarms per climb: one budget, split beforehand over steps and the guards that judge what gateways count. */
export const ALPHA = 0.01;
/** A pause between ticks counts as no more than this, in ms. */
const LONGEST_TICK = 5_000;
/** What is planned where no step is held. */
const DEFAULT_DWELL = 60_000;
/**
 * Counters in, health out: what each guard of the release says, and their combination. Each tick looks once, so it may be
 * called as often as one likes. Give it the tally of `progress.placement.epoch`; add evidence of other sources with
 * `combineHealth([...health.evidence, ...others])`.
 */
export function judgeHealth(spec, progress, tally, state, now) {
    const begun = progress.evidenceFrom ?? null;
    const { epoch } = progress.placement;
    const known = state?.epoch === epoch ? state : undefined;
    const limitsKnown = known?.history.limits.join() === tally.limits.join();
    const fresh = known === undefined || known.begun !== begun || !limitsKnown;
    const passed = Math.min(Math.max(0, now - (known?.ticked ?? now)), LONGEST_TICK);
    const elapsed = (known?.elapsed ?? 0) + passed;
    const again = known === undefined ? 0 : known.again + (fresh ? 1 : 0);
    // Of an epoch that was seen from its beginning nothing is left out; evidence that begins anew leaves out what came before.
    const from = { limits: tally.limits, levels: known === undefined ? {} : tally.levels };
    const past = state === undefined ? undefined : known === undefined ? pastOf(state.history) : known.history.past;
    const start = fresh ? startHistory(from, now, { after: elapsed, again, past }) : known.history;
    const history = extendHistory(start, tally, now, { after: elapsed, planned: plannedTime(spec, progress) });
    const guards = (spec.guards ?? []).filter((guard) => !isMeasured(guard));
    const alpha = ALPHA / (stepCount(spec) * Math.max(1, guards.length));
    const sight = { history, tally, alpha, control: leavesControl(spec, progress), now };
    const health = combineHealth(guards.map((guard) => judgeGuard(sight, guard)));
    const { treated } = tally.climb;
    const next = { epoch, begun, history, elapsed, again, ticked: now, treated: treated.begun };
    const to = Math.max(0, treated.begun - (state?.treated ?? treated.begun)) + treated.open;
    return { health, state: next, traffic: { to, blast: blastOf(tally) } };
}
/** All holds a climb has, the watch window among them. */
function stepCount({ ladder, watch }) {
    return ladder.reduce((sum, level) => sum + stepsOf(level).length, watch === undefined ? 0 : 1);
}
function plannedTime(spec, { at, phase }) {
    const watched = phase === 'watching' ? parseDuration(spec.watch ?? '') : undefined;
    const dwell = at === undefined ? undefined : stepAt(spec, at)?.dwell;
    return Math.max(1_000, watched ?? dwell ?? DEFAULT_DWELL);
}
/** Whether some units that could be treated are not: no level for everybody is full, and some level is not. */
function leavesControl({ ladder }, { placement }) {
    const full = placement.shares.some((share, index) => share === 1 && ladder[index]?.when === undefined);
    return !full && placement.shares.some((share) => share > 0 && share < 1);
}
function blastOf({ climb: { treated, control, requests } }) {
    const rate = control.ended > 0 ? control.failures / control.ended : 0;
    const expected = rate * treated.ended;
    return { requests, treated: treated.begun, units: treated.units, bad: treated.failures, expected };
}
//# sourceMappingURL=judge-health.js.map