import type { Action } from './model/flag.ts';
import type { JsonValue } from './model/json.ts';

/** Why a flag answered what it answered. */
export type Reason =
  | 'static' // nothing to decide: no rule, no release
  | 'default' // no rule matched
  | 'rule' // a rule served its variant, or a table's row a single one
  | 'split' // a share or a split chose by the unit
  | 'target' // an operator named this unit
  | 'release' // a release put `to` in `from`'s place
  | 'kill'
  | 'validity'
  | 'prerequisite'
  | 'error';

/** Which side of a release's comparison a unit is on. */
export type Arm = 'treatment' | 'control' | 'none';

/** Where a unit that no reached level holds for will stand at the next level, which does hold for it. */
export interface Ahead {
  readonly level: string;
  /** The band (`bandsOf`) its position is in, in millionths: it tells which steps will treat it, and which compare. */
  readonly from: number;
  readonly below: number;
  /** Tells of which breakpoints it is one (`cutOf`). */
  readonly cut: number;
}

export type OutcomeError =
  | 'FLAG_NOT_FOUND'
  | 'TARGETING_KEY_MISSING'
  | 'FLAG_UNSUPPORTED' // this receiver lacks something the flag requires
  | 'FLAG_BROKEN'; // the resource cannot be compiled here

/** The answer for one flag and one context: frozen, made when the snapshot is compiled, shared by all who get it. */
export interface Outcome {
  readonly flag: string;
  /** The variant's value; undefined only with an error that leaves nothing to serve. */
  readonly value: JsonValue | undefined;
  readonly variant: string | undefined;
  readonly reason: Reason;
  readonly rule: string | undefined;
  /** The table's row, where one decided. */
  readonly row: string | undefined;
  readonly action: Action | undefined;
  readonly release: string | undefined;
  /** The level whose share decided. */
  readonly level: string | undefined;
  readonly arm: Arm;
  readonly epoch: number | undefined;
  /** Counted before the climb reaches it; it changes nothing of what is served. */
  readonly ahead: Ahead | undefined;
  readonly error: OutcomeError | undefined;
}
