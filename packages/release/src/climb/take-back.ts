import { faultOf, type GuardEvidence } from '../health/health.ts';
import { isFinal } from '../saga/saga-state.ts';
import type { ReleaseEvent } from './event.ts';
import { freeze } from './freeze.ts';
import { moveToNobody } from './moves.ts';
import { NO_ROUNDS, type RollbackRecord } from './state.ts';
import { change, notify, refuse, type Turn } from './turn.ts';
import { undo } from './undo.ts';

/** Why a release goes back. */
export type Reason = {
  readonly cause: RollbackRecord['cause'];
  readonly why: string;
  readonly by: string;
  readonly evidence?: readonly GuardEvidence[];
};

/** What a failure asks for: going back, or staying where going back is not safe. */
export function fail(turn: Turn, reason: Reason): Turn {
  if (turn.spec.onFailure !== 'freeze') return takeBack(turn, reason);
  return freeze(turn, 'failure', `Failed, and stays where it is: ${reason.why}`);
}

/** Goes back; waits for nothing, whatever was asked for before. */
export function takeBack(turn: Turn, { cause, why, by, evidence = [] }: Reason): Turn {
  const { state, now } = turn;
  if (state.phase === 'rolling-back' || state.phase === 'rolled-back' || state.phase === 'landed')
    return turn;
  if (isFinal(state.saga)) return refuse(turn, 'Cannot go back: what was reserved is confirmed. Land it.');
  const faultAt = faultOf(evidence);
  const record: RollbackRecord = {
    cause,
    why,
    by,
    evidence: evidence.filter(({ verdict }) => verdict === 'bad'),
    stood: stood(turn),
    ...(faultAt === undefined ? {} : { faultAt, detectedAt: now }),
    decidedAt: now,
  };
  const leaving = change(turn, {
    phase: 'rolling-back',
    rollback: record,
    at: undefined,
    frozen: undefined,
    gate: undefined,
    landing: undefined,
    evidenceFrom: undefined,
    held: 0,
    undecided: 0,
    quiet: 0,
    ebbing: undefined,
    probes: NO_ROUNDS,
  });
  if (state.move === undefined && state.placement.reached === 0) return undo(leaving);
  return notify(moveToNobody(leaving, why), 'rolling-back', `Goes back: ${why}`, cause !== 'abort');
}

/** Who is treated, or will be when the move that was asked for comes. */
function stood({ spec, state: { move, placement } }: Turn): NonNullable<RollbackRecord['stood']> {
  const { reached, shares } = move === undefined || move.refused === true ? placement : move.placement;
  return spec.ladder.slice(0, reached).flatMap(({ name }, index) => {
    const share = shares[index] ?? 0;
    return share === 0 ? [] : [{ level: name, share }];
  });
}

/** Answers that do not end, such as streams, are waited for so long after the last new request, in ms. */
const EBB = 60_000;

/**
 * Confirms a roll-back by what is seen: every live receiver has activated it, and nothing reached `to` for two ticks in a
 * row, or nothing new for a minute. Where nobody counts traffic, acknowledgements must do.
 */
export function confirm(turn: Turn, tick: ReleaseEvent & { kind: 'tick' }, elapsed: number): Turn {
  const { rollback, move } = turn.state;
  if (rollback === undefined || move !== undefined) return turn;
  const { to, open = 0, blast } = tick.traffic;
  const quiet = to === undefined || to === 0 ? turn.state.quiet + elapsed : 0;
  const ebbing = to === undefined || to <= open ? (turn.state.ebbing ?? 0) + elapsed : 0;
  const known = { ...rollback, ...(blast === undefined ? {} : { blast }) };
  if (rollback.activatedAt === undefined && tick.receivers.activated < tick.receivers.live) {
    return change(turn, { quiet, ebbing, rollback: known });
  }
  const activatedAt = rollback.activatedAt ?? turn.now;
  const activated = { ...known, activatedAt };
  if (to === undefined) return undo(change(turn, { rollback: activated }));
  const drained = quiet >= 2 * tick.interval;
  if (!drained && ebbing < EBB) return change(turn, { quiet, ebbing, rollback: activated });
  const drainedAt = Math.max(activatedAt, turn.now - (drained ? quiet : ebbing));
  const left = drained ? {} : { open };
  return undo(change(turn, { quiet, ebbing, rollback: { ...activated, drainedAt, ...left } }));
}
