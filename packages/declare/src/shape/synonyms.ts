import { suggest } from '../issue/suggest.ts';

/** Words other systems use for keys of ours. */
const synonyms: Readonly<Record<string, string>> = {
  if: 'when',
  condition: 'when',
  expression: 'when',
  percent: 'share',
  percentage: 'share',
  rollout: 'share',
  weight: 'share',
  weights: 'split',
  value: 'variant',
  variation: 'variant',
  defaultVariant: 'default',
  fallthrough: 'default',
  description: 'doc',
  members: 'ids',
  steps: 'ladder',
  levels: 'ladder',
  hold: 'dwell',
};

/** The key among `known` that was meant: the nearest in spelling, else the one another system calls so. */
export function meantKey(key: string, known: readonly string[]): string | undefined {
  const word = Object.hasOwn(synonyms, key) ? synonyms[key] : undefined;
  return suggest(key, known) ?? (word !== undefined && known.includes(word) ? word : undefined);
}
