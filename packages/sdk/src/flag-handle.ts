import type { Receiver } from '@ombre/carry';
import { type Bound, bind, type Context, failedOutcome, flagReader, type Outcome } from '@ombre/decide';
import type { FlagDefinition } from './flag-definition.ts';

/** A flag in hand: call it with a context and it answers a value of its type, always, at once. */
export interface FlagHandle<T> {
  /** The value for this context; the code's default where the flag is unknown, broken or of another type. Never throws. */
  (context: Context): T;
  readonly definition: FlagDefinition<T>;
  /** The value within a context that was bound once for several flags, all of one revision. */
  in(bound: Bound | undefined): T;
  /** All that is known about the answer. `value` is what the environment says, be it of another type. */
  details(context: Context): Outcome;
}

/** Makes a handle that reads the receiver's snapshot of the moment. */
export function flagHandle<T>(
  definition: FlagDefinition<T>,
  receiver: Pick<Receiver, 'snapshot'>,
): FlagHandle<T> {
  const { key } = definition;
  const fallback = definition.default;
  const read = flagReader(key);
  const unready = notReady(key);
  const kind = definition.type;

  function typed(outcome: Outcome): T {
    const { value } = outcome;
    if (typeof value !== kind || value === null || outcome.error !== undefined) return fallback;
    return value as T;
  }

  function answer(context: Context): T {
    const { snapshot } = receiver;
    return snapshot === undefined ? fallback : typed(read(bind(snapshot, context, Date.now())));
  }

  return Object.assign(answer, {
    definition,
    in: (bound: Bound | undefined) => (bound === undefined ? fallback : typed(read(bound))),
    details(context: Context): Outcome {
      const { snapshot } = receiver;
      return snapshot === undefined ? unready : read(bind(snapshot, context, Date.now()));
    },
  });
}

/** The outcome of a flag while there is no snapshot to look it up in. */
export function notReady(flag: string): Outcome {
  return failedOutcome(flag, 'FLAG_NOT_FOUND');
}
