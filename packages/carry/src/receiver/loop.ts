import type { Clock } from '../clock.ts';
import { nextWake, step } from './machine.ts';
import { type Effect, type Event, NEW, type State } from './state.ts';

/** How each effect of the machine is performed. */
export type Performers = { readonly [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void };

/** The machine as it runs. */
export interface Loop {
  readonly state: State;
  /** One event after the other, also where performing the effects of one makes the next. */
  dispatch(event: Event): void;
}

/** Steps the machine through what is dispatched, performs its effects in their order, and wakes it when it asks for that. */
export function createLoop(clock: Clock, environment: string | undefined, performers: Performers): Loop {
  const inbox: Event[] = [];
  let state: State = { ...NEW, environment };
  let turning = false;
  let cancelWake: (() => void) | undefined;

  function dispatch(event: Event): void {
    inbox.push(event);
    if (turning) return;
    turning = true;
    try {
      for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
        const { state: after, effects } = step(state, next, clock.monotonic());
        state = after;
        for (const effect of effects) perform(effect);
      }
    } finally {
      turning = false;
    }
    arm();
  }

  function perform(effect: Effect): void {
    (performers[effect.type] as (effect: Effect) => void)(effect);
  }

  function arm(): void {
    cancelWake?.();
    const due = nextWake(state);
    cancelWake =
      due === undefined ? undefined : clock.after(due - clock.monotonic(), () => dispatch({ type: 'wake' }));
  }

  return {
    get state() {
      return state;
    },
    dispatch,
  };
}
