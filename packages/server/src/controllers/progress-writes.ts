import { isUnderWay, remember } from '@ombre/release';
import type { ProgressWrite } from '../store/progress/progress-store.ts';
import type { Draft } from './advance-release.ts';
import type { Followed } from './followed.ts';

/**
 * What is written of a release: where it stands, or with a draft where it will stand. `at` in ms since 1970. A restored backup counts its
 * effects on from where it was made: the lineage keeps their keys apart from those that people were told under since. Participants of steps
 * are asked under the old keys, by which they know what they did.
 */
export function progressWrite(one: Followed, draft: Draft | undefined, at: number): ProgressWrite {
  const { release, lines: last, version, health } = one;
  const { memory: _, ...facts } = one.facts;
  const memory = one.memory && remember(one.memory);
  return {
    release,
    row: {
      version: version + 1,
      state: draft?.state ?? one.state,
      facts: { ...facts, spec: one.spec, health, ...(memory === undefined ? {} : { memory }) },
    },
    asked: (draft?.asked ?? []).map((effect) => ({
      key: `${release}/${facts.born}/${effect.kind === 'saga' ? '' : `${facts.lineage.slice(0, 8)}/`}${effect.key}`,
      effect,
      askedAt: at,
    })),
    done: draft?.done ?? [],
    events: (draft?.lines ?? []).map((line, index) => ({ ...line, number: last + index + 1, at })),
  };
}

/** The last write of a release: its history stays, its row goes. */
export function lastWrite(one: Followed, draft: Draft | undefined, at: number): ProgressWrite {
  const over = progressWrite(one, draft, at);
  const landed = one.state.phase === 'completed' || one.state.phase === 'landed';
  const text = landed ? 'Landed: the spec says so now, and the release is gone.' : 'The release is gone.';
  const line = { kind: landed ? 'landed' : 'removed', text, alert: false, evidence: [] } as const;
  const number = one.lines + over.events.length + 1;
  return { ...over, row: null, events: [...over.events, { ...line, number, at }] };
}

/** Its resource is gone and nothing of it is open. */
export function isOver(one: Followed, draft: Draft | undefined): boolean {
  // Steps around a level are undone to their end, whoever took the release away.
  if (one.present || isUnderWay((draft?.state ?? one.state).saga)) return false;
  const done = draft?.done.length ?? 0;
  return one.open.size - done <= 0 && (draft?.asked.length ?? 0) === 0;
}
