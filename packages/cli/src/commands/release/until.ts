import { RELEASE_PHASES, type ReleaseView } from '@ombre/protocol';
import { CommandEnd, exits } from '../../exit.ts';

type Phase = ReleaseView['phase'];

/** Where a release stays by itself: waiting for another phase is in vain. */
export const ENDS: readonly Phase[] = ['completed', 'rolled-back', 'landed'];

/** The phases named by `--until`, separated by commas. */
export function parseUntil(text: string): readonly Phase[] {
  return text.split(',').map((word) => {
    const phase = RELEASE_PHASES.find((one) => one === word.trim());
    if (phase !== undefined) return phase;
    throw new CommandEnd(exits.usage, `--until takes phases such as completed,rolled-back, not "${word}"`);
  });
}

/** What watching until one of the phases comes to at this view; undefined: watch on. Whoever landed was completed. */
export function verdictOf(view: ReleaseView, wanted: readonly Phase[]): 'reached' | 'in vain' | undefined {
  const { phase } = view;
  if (wanted.includes(phase) || (phase === 'landed' && wanted.includes('completed'))) return 'reached';
  return ENDS.includes(phase) && wanted.length > 0 && !(phase === 'completed' && wanted.includes('landed'))
    ? 'in vain'
    : undefined;
}
