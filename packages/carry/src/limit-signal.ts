import type { Clock } from './clock.ts';

export interface LimitedSignal {
  readonly signal: AbortSignal;
  /** From now on only the parent counts. */
  unlimit(): void;
  /** Lets go of the parent and of the timer; call it in any case. */
  done(): void;
}

/** A signal given with its parent, or when so many milliseconds have passed. (AbortSignal.any would stay with a long-lived parent for ever.) */
export function limitSignal(parent: AbortSignal, clock: Clock, milliseconds: number): LimitedSignal {
  const own = new AbortController();
  const pass = (): void => own.abort(parent.reason);
  if (parent.aborted) pass();
  parent.addEventListener('abort', pass);
  const cancel = clock.after(milliseconds, () => own.abort(new Error(`not done in ${milliseconds} ms`)));
  return {
    signal: own.signal,
    unlimit: cancel,
    done() {
      cancel();
      parent.removeEventListener('abort', pass);
    },
  };
}
