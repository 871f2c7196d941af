import type { ReleaseSpec } from '@ombre/decide/model';
import type { Effect, Topic } from './effect.ts';
import type { ReleaseState } from './state.ts';

/** One event being worked on: the state so far and what the shell shall do about it. */
export type Turn = {
  readonly spec: ReleaseSpec;
  readonly state: ReleaseState;
  readonly effects: readonly Effect[];
  readonly now: number;
};

export function change(turn: Turn, patch: Partial<ReleaseState>): Turn {
  return { ...turn, state: { ...turn.state, ...patch } };
}

type Keyless<One> = One extends unknown ? Omit<One, 'key'> : never;

/** Adds an effect under a key of its own. */
export function emit(turn: Turn, effect: Keyless<Effect>): { readonly turn: Turn; readonly key: string } {
  const sequence = turn.state.sequence + 1;
  const key = `${effect.kind}/${sequence}`;
  const effects = [...turn.effects, { ...effect, key } as Effect];
  return { turn: { ...change(turn, { sequence }), effects }, key };
}

export function notify(turn: Turn, topic: Topic, text: string, alert = false): Turn {
  return emit(turn, { kind: 'notify', topic, alert, text }).turn;
}

/** A command that cannot be carried out changes nothing but says so. */
export function refuse(turn: Turn, text: string): Turn {
  return notify(turn, 'refused', text);
}
