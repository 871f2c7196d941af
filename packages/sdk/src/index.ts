export type { KillAnswer, KillOrder, Problem, ReceiverEvent, Status } from '@ombre/carry';
export type { Bound, CodeVocabulary, Context, Enricher, Explanation, Head, Outcome } from '@ombre/decide';
export { defineFlag, type FlagDefinition, type FlagType, type FlagValues } from './flag-definition.ts';
export type { FlagHandle } from './flag-handle.ts';
export { Ombre, OmbreError, type OmbreOptions } from './ombre.ts';
export { OmbreProvider, type ProviderExtras, type Track } from './provider.ts';
