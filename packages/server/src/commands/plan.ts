import type { Encoded } from '@ombre/decide';
import type { Resource } from '@ombre/decide/model';
import type { Issue, ResourceDiff } from '@ombre/declare';
import type { Change } from '../store/change.ts';
import type { EnvironmentState, Write } from '../store/row.ts';
import type { Preview } from '../views/mirror.ts';
import type { Refusal } from './commands.ts';

/** What a command would write, decided from the state alone. No writes: the environment already is as asked. */
export interface Plan {
  readonly ok: true;
  readonly writes: readonly Write[];
  readonly names: readonly string[];
  readonly diff: readonly ResourceDiff[];
  readonly issues: readonly Issue[];
  readonly kept: readonly string[];
  /** Names of releases that must be rolled back before anything is written. */
  readonly backFirst?: readonly string[];
  readonly facts: Change['facts'];
  /** Where the writes bring the environment, where it is known already. */
  readonly next?: Preview;
}

export type Planned = Plan | Refusal;

/** A plan in the making: ten thousand resources take longer than requests should wait, so it pauses every millisecond or so. */
export type Planning = Generator<undefined, Planned>;

/** The checks of a whole environment and the diff of two sets, as `declare` makes them. */
export interface Checks {
  check(resources: readonly Resource[], environment: string): Generator<undefined, readonly Issue[]>;
  /** In environments of more resources than this only what a change can affect is checked, and issues of the rest are not repeated. */
  readonly scopeAbove: number;
  /** With `moves` the share of units that would move is estimated, which needs the whole sets and takes its time. */
  diff(from: readonly Resource[], to: readonly Resource[], moves: boolean): readonly ResourceDiff[];
}

/** Where an environment stands, and where some writes would bring it. */
export interface Now {
  readonly state: EnvironmentState;
  readonly encoded: Encoded;
  preview(writes: readonly Write[]): Generator<undefined, Preview>;
}

/** The plan of doing nothing. */
export const NOTHING: Plan = { ok: true, writes: [], names: [], diff: [], issues: [], kept: [], facts: {} };
