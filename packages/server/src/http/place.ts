import type { AuthorStatus, SignedSuccession } from '@ombre/protocol';
import type { OutcomeCounts } from '../metrics/outcome-counts.ts';
import type { Live } from '../sync/live.ts';
import type { Streams } from '../sync/stream.ts';
import type { Answers } from './ofrep/answer.ts';

/** One environment as this process serves it. */
export interface Place {
  /** `project/environment`. */
  readonly environment: string;
  readonly live: Live;
  readonly streams: Streams;
  readonly successions: () => readonly SignedSuccession[];
  readonly answers: Answers;
  readonly counts: OutcomeCounts;
  /** What the directory said, where one is the author. */
  readonly author: (() => AuthorStatus) | undefined;
}

export interface Places {
  /** Opened when first asked for; undefined where there is no such environment. */
  get(environment: string): Place | undefined;
  /** The environment meant by a bare path; undefined where there are none or several. */
  sole(): Place | undefined;
  names(): readonly string[];
  /** Those opened so far. */
  all(): Iterable<Place>;
}
