import type { Resource } from '@ombre/decide/model';
import type { Issue } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import type { Positions } from './positions.ts';

/** What a set of files declares. */
export interface Declared {
  readonly project?: string;
  readonly environment?: string;
  /** Those without an issue of shape, by kind and name. */
  readonly resources: readonly Resource[];
  readonly positions: Positions;
  /** Every document with a kind and a name, the malformed ones as far as they make sense: `checkResources` takes them for better issues. */
  readonly drafts: readonly Draft[];
}

export interface Parsed {
  readonly declared: Declared;
  readonly issues: readonly Issue[];
}
