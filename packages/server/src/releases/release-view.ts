import { type Gate, type Level, parseDuration } from '@ombre/decide/model';
import type { LadderLevel, LandingEdit, ReleaseLogLine, ReleaseView } from '@ombre/protocol';
import { rollbackParts, rollbackSentence, stepAt } from '@ombre/release';
import type { Followed } from '../controllers/followed.ts';
import type { EventRow } from '../store/progress/progress-store.ts';

/** What is told with a release beside itself: what has to be edited where its flag belongs to files, and what keeps its controller from working. */
export interface Beside {
  readonly landing: readonly LandingEdit[];
  readonly halted: ReleaseView['halted'];
}

/** A release as people see it. */
export function viewOf(
  followed: Followed,
  events: readonly EventRow[],
  { landing, halted }: Beside,
): ReleaseView {
  const { release, spec, origin, state, health, receivers, rates, version, traffic } = followed;
  const { frozen, gate, rollback, placement, at } = state;
  const step = at === undefined ? undefined : stepAt(spec, at);
  const gated = gate === undefined ? undefined : spec.ladder[gate.level];
  const watching = state.phase === 'watching' || frozen?.from === 'watching';
  const blast = rollback?.blast ?? traffic.blast;
  const sides = rates.read();
  return {
    name: release,
    flag: spec.flag,
    from: spec.from,
    to: spec.to,
    origin,
    phase: state.phase,
    ...(state.afterRollback === 'delete' ? { deleting: true } : {}),
    attempt: state.attempt,
    ...(halted === undefined || isSettled(state.phase) ? {} : { halted }),
    ...(frozen === undefined ? {} : { frozen }),
    ...(gated?.gate === undefined ? {} : { waiting: { level: gated.name, gate: gateKind(gated.gate) } }),
    ...stepOf(state.saga),
    ladder: spec.ladder.map((one, index) => ladderLevel(one, index, followed)),
    ...(step === undefined || watching
      ? {}
      : {
          at: {
            level: step.level.name,
            share: step.share,
            held: state.held,
            dwell: step.dwell,
            longest: step.longest,
            remaining: remaining(step.dwell, state.held),
          },
        }),
    ...(watching ? { watch: watchOf(followed) } : {}),
    epoch: placement.epoch,
    revision: state.revision,
    health,
    receivers,
    traffic: { treatment: sides.treatment, control: sides.control },
    ...(rollback === undefined
      ? {}
      : { rollback: { ...rollback, parts: rollbackParts(rollback), sentence: rollbackSentence(rollback) } }),
    ...(blast === undefined ? {} : { blast }),
    ...(landing.length === 0 ? {} : { landing }),
    events: events.map(logLine),
    version,
  };
}

/** Nothing moves it any more, controlled or not. */
function isSettled(phase: ReleaseView['phase']): boolean {
  return phase === 'rolled-back' || phase === 'landed';
}

export function logLine({ number, at, kind, text, alert, evidence }: EventRow): ReleaseLogLine {
  return {
    number,
    at,
    kind,
    text,
    ...(alert ? { alert } : {}),
    ...(evidence.length > 0 ? { evidence } : {}),
  };
}

function stepOf(saga: Followed['state']['saga']): Pick<ReleaseView, 'step'> {
  const { call, begun = [] } = saga ?? {};
  const step = call === undefined ? undefined : begun[call.index];
  if (call === undefined || step === undefined) return {};
  return { step: { level: step.level, name: step.name, action: call.action, tries: call.tries } };
}

function watchOf({ spec, state }: Followed): NonNullable<ReleaseView['watch']> {
  const dwell = parseDuration(spec.watch ?? '0s') ?? 0;
  return { held: state.held, dwell, remaining: remaining(dwell, state.held) };
}

function remaining(dwell: number, held: number): number {
  return Math.max(0, dwell - held);
}

function ladderLevel(
  { name, when, share, dwell, steps, gate }: Level,
  index: number,
  { state: { placement } }: Followed,
): LadderLevel {
  const reached = index < placement.reached;
  return {
    name,
    ...(when === undefined ? {} : { when }),
    share,
    dwell,
    ...(steps === undefined ? {} : { steps }),
    ...(gate === undefined ? {} : { gate: gateKind(gate) }),
    reached,
    ...(reached ? { current: placement.shares[index] ?? 0 } : {}),
    ...(placement.except?.some((one) => one.when === when) ? { returned: true } : {}),
  };
}

function gateKind(gate: Gate): 'approval' | 'webhook' {
  return 'approval' in gate ? 'approval' : 'webhook';
}
