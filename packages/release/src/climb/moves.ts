import { type Placement, parseDuration } from '@ombre/decide/model';
import { hasStepsBefore, type SagaEvent, stepsBefore } from '../saga/step-saga.ts';
import { around } from './around.ts';
import { complete } from './landing.ts';
import { emptyPlacement, placementAt, positionAfter, stepAt } from './position.ts';
import type { Position } from './state.ts';
import { change, emit, notify, type Turn } from './turn.ts';

/** A webhook that did not agree is asked again after so long, in ms. */
export const GATE_AGAIN = 30_000;

/** Goes on from where the release stands: to the next step, to the gate before the next level, or over the top. */
export function advance(turn: Turn): Turn {
  const next = positionAfter(turn.spec, turn.state.at);
  if (next === undefined) return leaveLadder(turn);
  const gate = next.step === 0 ? turn.spec.ladder[next.level]?.gate : undefined;
  return gate === undefined ? enter(turn, next) : waitForGate(turn, next.level);
}

/** Goes on without asking a gate. */
export function advancePastGate(turn: Turn): Turn {
  const next = positionAfter(turn.spec, turn.state.at);
  return next === undefined ? leaveLadder(turn) : enter(turn, next);
}

/** Goes to a step; first what stands before its level is carried out. */
function enter(turn: Turn, at: Position): Turn {
  const { spec, state } = turn;
  const name = spec.ladder[at.level]?.name ?? '';
  if (at.step > 0 || !hasStepsBefore(spec.ladder, state.saga, name)) return moveTo(turn, at);
  const waiting = change(turn, { phase: 'waiting', gate: undefined, frozen: undefined });
  if (state.saga?.going === 'forward') return waiting;
  const steps = stepsBefore(spec.ladder, name).map((step) => step.name);
  const told = notify(waiting, 'waiting', `Carries out ${steps.join(', ')} before level ${name}.`);
  return carryOn(told, { kind: 'forward', level: name });
}

/** What stands before the next level goes on; when it is done the level is entered. */
export function carryOn(turn: Turn, event: SagaEvent): Turn {
  const { turn: after, outcome } = around(turn, event);
  return outcome?.kind === 'ready' ? advancePastGate(after) : after;
}

function moveTo(turn: Turn, at: Position): Turn {
  const step = stepAt(turn.spec, at);
  if (step === undefined) return turn;
  const placement = placementAt(turn.spec, at, latest(turn));
  const { name } = step.level;
  const why = `${name} at ${percent(step.share)}`;
  const asked = emit(turn, { kind: 'place', placement, why });
  const moved = change(asked.turn, {
    phase: 'climbing',
    at,
    move: { key: asked.key, placement },
    gate: undefined,
    frozen: undefined,
    evidenceFrom: undefined,
    held: 0,
    undecided: 0,
  });
  const first = at.level === 0 && at.step === 0;
  return notify(moved, first ? 'started' : 'level', `Goes to level ${why}.`);
}

function leaveLadder(turn: Turn): Turn {
  const watch = parseDuration(turn.spec.watch ?? '0s') ?? 0;
  const cleared = change(turn, { frozen: undefined, gate: undefined, held: 0, undecided: 0 });
  if (watch > 0 && turn.state.phase !== 'watching' && turn.state.frozen?.from !== 'watching') {
    const text = `At the top of the ladder; watched for ${turn.spec.watch ?? ''} more.`;
    return notify(change(cleared, { phase: 'watching' }), 'watching', text);
  }
  return complete(cleared);
}

function waitForGate(turn: Turn, level: number): Turn {
  const gate = { level, quiet: 0, told: false };
  const waiting = change(turn, { phase: 'waiting', frozen: undefined, gate });
  const { name = '', gate: asked } = turn.spec.ladder[level] ?? {};
  if (asked !== undefined && 'webhook' in asked) {
    return notify(askGate(waiting), 'waiting', `Waits for the gate of level ${name}.`);
  }
  const text = `Waits for a person to approve level ${name}.`;
  return emit(waiting, { kind: 'notify', topic: 'waiting', alert: true, text, command: 'approve' }).turn;
}

/** Asks a webhook whether the level may be entered. */
export function askGate(turn: Turn): Turn {
  const { gate } = turn.state;
  const level = gate && turn.spec.ladder[gate.level];
  if (gate === undefined || level?.gate === undefined || !('webhook' in level.gate)) return turn;
  const { url, timeout } = level.gate.webhook;
  const effect = {
    kind: 'gate',
    url,
    timeout: parseDuration(timeout ?? '10s') ?? 0,
    level: level.name,
  } as const;
  const asked = emit(turn, effect);
  return change(asked.turn, { gate: { ...gate, key: asked.key, quiet: 0 } });
}

/** Asks that nobody be treated. */
export function moveToNobody(turn: Turn, why: string): Turn {
  const placement = emptyPlacement(latest(turn));
  const asked = emit(turn, { kind: 'place', placement, why });
  return change(asked.turn, { move: { key: asked.key, placement } });
}

/** Asks again, under a new key, for a move the store refused. */
export function repeatMove(turn: Turn): Turn {
  const { move } = turn.state;
  if (move?.refused !== true) return turn;
  const asked = emit(turn, { kind: 'place', placement: move.placement, why: 'asked again' });
  return change(asked.turn, { move: { key: asked.key, placement: move.placement } });
}

/** The placement the store will have when it comes to the next move: the one asked for last, unless it was refused. */
function latest({ state: { move, placement } }: Turn): Placement {
  if (move === undefined) return placement;
  return move.refused === true ? { ...placement, epoch: move.placement.epoch - 1 } : move.placement;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(4))} %`;
}
