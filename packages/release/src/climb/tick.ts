import { parseDuration } from '@ombre/decide/model';
import { stepsBefore } from '../saga/step-saga.ts';
import type { ReleaseEvent } from './event.ts';
import { freeze, thaw } from './freeze.ts';
import { confirmOn } from './landing.ts';
import { advance, advancePastGate, askGate, carryOn, GATE_AGAIN, repeatMove } from './moves.ts';
import { positionOf, stepAt } from './position.ts';
import { askProbes, probesSilent } from './probe-rounds.ts';
import { returnSlices } from './return-slices.ts';
import type { Phase } from './state.ts';
import { confirm, fail, takeBack } from './take-back.ts';
import { change, notify, type Turn } from './turn.ts';
import { undoOn } from './undo.ts';

type Tick = ReleaseEvent & { kind: 'tick' };

/** Health may be unknown for so long, in ms, before the release freezes and somebody is called. */
const GRACE = 5_000;
const UNJUDGED: readonly Phase[] = ['pending', 'completed'];
const OVER: readonly Phase[] = ['rolled-back', 'landed'];

/** Time passes. What passed since the last tick counts at most twice the interval, and never backwards. */
export function tick(turn: Turn, event: Tick): Turn {
  const { ticked } = turn.state;
  const passed = ticked === undefined ? 0 : turn.now - ticked;
  const elapsed = Math.min(Math.max(0, passed), 2 * Math.max(0, event.interval));
  const timed = change(turn, { ticked: turn.now });
  const { phase } = timed.state;
  if (OVER.includes(phase)) return timed;
  if (phase === 'completed') return finishUp(timed, elapsed);
  if (phase === 'rolling-back') {
    return timed.state.undoing === undefined
      ? confirm(repeatMove(timed), event, elapsed)
      : undoOn(timed, elapsed);
  }
  if (phase === 'pending') return begin(timed);
  // Frozen before it began or after its end: there is nothing to judge.
  if (phase === 'frozen' && UNJUDGED.includes(timed.state.frozen?.from ?? phase)) return timed;
  return climb(judge(timed, event, elapsed), event, elapsed);
}

/** Starts at the bottom, or where the store says it stands. */
function begin(turn: Turn): Turn {
  const at = positionOf(turn.spec, turn.state.placement);
  if (at === undefined) return advance(turn);
  const found = change(turn, { phase: 'climbing', at });
  const levels = turn.spec.ladder.slice(0, at.level + 1);
  const steps = levels.flatMap(({ name }) => stepsBefore(turn.spec.ladder, name)).map(({ name }) => name);
  if (steps.length === 0) return found;
  const text = `It stands on the ladder and nothing is remembered of ${steps.join(', ')}: these are not undone by themselves.`;
  return notify(found, 'stuck', text, true);
}

/** Reservations are confirmed. */
function finishUp(turn: Turn, milliseconds: number): Turn {
  return turn.state.saga?.going === 'confirm' ? confirmOn(turn, { kind: 'elapsed', milliseconds }) : turn;
}

/** What health asks for: back when bad, frozen while unknown. */
function judge(turn: Turn, event: Tick, elapsed: number): Turn {
  const { verdict, evidence } = event.health;
  if (verdict === 'bad') {
    const why = evidence.filter((one) => one.verdict === 'bad').map(({ sentence }) => sentence);
    return fail(turn, { cause: 'guard', why: why.join('; ') || 'health is bad', by: 'guards', evidence });
  }
  if (evidence.some(({ returns }) => returns !== undefined)) {
    const why = evidence.filter(({ returns }) => returns !== undefined).map(({ sentence }) => sentence);
    const reason = { cause: 'guard', why: why.join('; '), by: 'guards', evidence } as const;
    return returnSlices(turn, evidence) ?? fail(turn, reason);
  }
  const probed = askProbes(turn, elapsed);
  const blind = verdict === 'unknown' || probesSilent(probed);
  const unknown = blind || !event.fresh ? probed.state.unknown + elapsed : 0;
  const counted = change(probed, { unknown });
  if (unknown === 0 && !blind && event.fresh) return thaw(counted, ['unknown'], 'Health is known again.');
  const deadline = parseDuration(turn.spec.onUnknown?.rollbackAfter ?? '');
  const why = blind
    ? (evidence.find((one) => one.verdict === 'unknown')?.sentence ?? 'the probes give no answer')
    : 'the controller is late';
  if (blind && deadline !== undefined && unknown >= deadline) {
    return takeBack(counted, {
      cause: 'unknown',
      why: `health was unknown for too long: ${why}`,
      by: 'deadline',
      evidence,
    });
  }
  return unknown >= GRACE ? freeze(counted, 'unknown', `Health is unknown: ${why}`) : counted;
}

/** What time does in each phase. */
function climb(turn: Turn, event: Tick, elapsed: number): Turn {
  const passing = inPhase[turn.state.phase];
  return passing === undefined ? turn : passing(turn, event, elapsed);
}

const inPhase: { readonly [P in Phase]?: (turn: Turn, event: Tick, elapsed: number) => Turn } = {
  climbing: (turn, { receivers }) => {
    const everywhere = receivers.live > 0 && receivers.activated >= receivers.live;
    if (turn.state.move !== undefined) return repeatMove(turn);
    if (!everywhere) return turn;
    return change(turn, { phase: 'dwelling', evidenceFrom: turn.now });
  },
  dwelling: dwell,
  waiting: (turn, { fresh }, elapsed) => {
    const { gate, saga } = turn.state;
    if (gate === undefined) {
      if (!fresh) return turn;
      if (saga?.going === 'forward') return carryOn(turn, { kind: 'elapsed', milliseconds: elapsed });
      return advancePastGate(turn);
    }
    if (gate.key !== undefined) return turn;
    const quiet = gate.quiet + elapsed;
    const waiting = change(turn, { gate: { ...gate, quiet } });
    return quiet >= GATE_AGAIN ? askGate(waiting) : waiting;
  },
  watching: (turn, event, elapsed) => {
    if (!event.fresh || event.health.verdict === 'unknown') return turn;
    const held = turn.state.held + elapsed;
    const watched = change(turn, { held });
    return held >= (parseDuration(turn.spec.watch ?? '0s') ?? 0) ? advance(watched) : watched;
  },
};

/** The hold: healthy and fresh time counts, nothing else. */
function dwell(turn: Turn, event: Tick, elapsed: number): Turn {
  const { state, spec } = turn;
  const step = state.at && stepAt(spec, state.at);
  // The step was edited away: nothing is left to hold for.
  if (step === undefined) return advance(turn);
  const { verdict } = event.health;
  if (!event.fresh || verdict === 'unknown' || probesSilent(turn)) return turn;
  const good = verdict === 'good' || step.level.untested === true;
  const held = good ? state.held + elapsed : state.held;
  const undecided = good ? state.undecided : state.undecided + elapsed;
  const counted = change(turn, { held, undecided });
  if (good && held >= step.dwell) return advance(counted);
  if (good || held + undecided < step.longest) return counted;
  const open = event.health.evidence.filter((one) => one.verdict === 'undecided');
  const why =
    open.length === 0 ? '' : `: ${open.map(({ guard, sentence }) => `${guard}: ${sentence}`).join('; ')}`;
  const text = `Level ${step.level.name} was held its longest and there is still too little data to decide${why}. Resume to hold it anew, promote or abort.`;
  return freeze(counted, 'undecided', text);
}
