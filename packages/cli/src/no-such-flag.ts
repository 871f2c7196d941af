import type { Resource } from '@ombre/decide/model';
import { suggestion } from './analyze/similar-name.ts';
import { CommandEnd, exits } from './exit.ts';

/** The end of a command that asked for a flag which is none of these resources: names the one that was meant, or those there are. */
export function noSuchFlag(flag: string, resources: readonly Resource[], json: unknown): CommandEnd {
  const names = resources.flatMap(({ kind, metadata }) => (kind === 'Flag' ? [metadata.name] : []));
  const instead = names.length === 0 ? '; there is none yet' : suggestion(flag, names, 'flags are');
  return new CommandEnd(exits.no, `there is no flag ${flag}${instead}`, json);
}
