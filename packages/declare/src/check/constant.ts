import { bind, type CodeVocabulary, evaluate } from '@ombre/decide';
import { trialSnapshot } from '../trial-snapshot.ts';

/** Whether a condition that reads nothing is true. The engine itself is asked; an error is not true. */
export function constantOf(condition: string, vocabularies: readonly CodeVocabulary[]): boolean {
  const body = {
    type: 'boolean',
    variants: { yes: true, no: false },
    default: 'no',
    off: 'no',
    rules: [{ id: 'asked', when: condition, onError: 'skip', serve: { variant: 'yes' } }],
  };
  const snapshot = trialSnapshot([{ kind: 'Flag', name: 'asked', body }], vocabularies);
  return evaluate(bind(snapshot, {}, 0), 'asked').variant === 'yes';
}
