import type { Resource } from '@ombre/decide/model';
import type { Issue, ResourceDiff } from '@ombre/declare';
import type { Change } from '../store/change.ts';
import type { Write } from '../store/row.ts';
import type { Refusal } from './commands.ts';

/** What a command would write, decided from the state alone. No writes: the environment already is as asked. */
export interface Plan {
  readonly ok: true;
  readonly writes: readonly Write[];
  readonly names: readonly string[];
  readonly diff: readonly ResourceDiff[];
  readonly issues: readonly Issue[];
  readonly kept: readonly string[];
  readonly facts: Change['facts'];
}

export type Planned = Plan | Refusal;

/** The checks of a whole environment and the diff of two sets, as `declare` makes them. */
export interface Checks {
  check(resources: readonly Resource[]): readonly Issue[];
  /** With `moves` the share of units that would move is estimated, which needs the whole sets and takes its time. */
  diff(from: readonly Resource[], to: readonly Resource[], moves: boolean): readonly ResourceDiff[];
}

/** The plan of doing nothing. */
export const NOTHING: Plan = { ok: true, writes: [], names: [], diff: [], issues: [], kept: [], facts: {} };
