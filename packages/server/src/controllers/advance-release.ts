import { type Effect, type GuardEvidence, type ReleaseState, step } from '@ombre/release';
import type { EventRow } from '../store/progress/progress-store.ts';
import type { Followed, Waiting } from './followed.ts';

type Line = Pick<EventRow, 'kind' | 'text' | 'alert' | 'evidence'>;

/** What some events make of a release, before it is written. */
export interface Draft {
  readonly state: ReleaseState;
  readonly asked: readonly Effect[];
  readonly done: readonly string[];
  readonly answered: readonly { readonly id: string; readonly refusal: string | null }[];
  readonly lines: readonly Line[];
  /** It must be written before anything follows from it; else it is time that passed, which may be lost. */
  readonly urgent: boolean;
}

/** Gives events to the machine of a release, one after the other. Decides nothing and changes nothing. */
export function advanceRelease(
  { spec, state: before, health }: Pick<Followed, 'spec' | 'state' | 'health'>,
  events: readonly Waiting[],
  now: number,
): Draft {
  let state = before;
  const asked: Effect[] = [];
  const done: string[] = [];
  const answered: Draft['answered'][number][] = [];
  const lines: Line[] = [];
  for (const { event, done: key, command, line } of events) {
    if (key !== undefined) done.push(key);
    const next = step(spec, state, event, now);
    if (command !== undefined) {
      const refusal = next.effects.find((effect) => effect.kind === 'notify' && effect.topic === 'refused');
      answered.push({ id: command, refusal: refusal?.kind === 'notify' ? refusal.text : null });
      // Whoever asked is told; nobody else need be.
      if (refusal !== undefined) continue;
    }
    if (line !== undefined) lines.push({ ...line, alert: false, evidence: [] });
    state = next.state;
    for (const effect of next.effects) {
      asked.push(effect);
      if (effect.kind !== 'notify') continue;
      const { topic, text, alert } = effect;
      lines.push({ kind: topic, text, alert, evidence: evidenceFor(topic, state, health.evidence) });
    }
  }
  const urgent =
    asked.length > 0 ||
    done.length > 0 ||
    answered.length > 0 ||
    lines.length > 0 ||
    state.phase !== before.phase ||
    state.killed !== before.killed ||
    state.afterRollback !== before.afterRollback;
  return { state, asked, done, answered, lines, urgent };
}

/** What a line of history rests on. */
function evidenceFor(
  topic: EventRow['kind'],
  state: ReleaseState,
  evidence: readonly GuardEvidence[],
): readonly GuardEvidence[] {
  if (topic === 'rolling-back') return state.rollback?.evidence ?? [];
  return topic === 'frozen' ? evidence.filter(({ verdict }) => verdict !== 'good') : [];
}

/** Whether two states say the same but for the time of the last tick. */
export function sameProgress(a: ReleaseState, b: ReleaseState): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof ReleaseState>;
  keys.delete('ticked');
  return [...keys].every((key) => a[key] === b[key]);
}
