import type { Resource } from '@ombre/decide/model';
import type { Origin } from '../store/row.ts';

/** A resource somebody wants in force, and whose it is. */
export interface Wanted {
  readonly resource: Resource;
  readonly origin: Origin;
}

/** What should become of resources, and what of the releases it meets. */
export interface ResourceChange {
  readonly puts: ReadonlyMap<string, Wanted>;
  readonly deletes: ReadonlySet<string>;
  /**
   * What a climbing release forbids: keep those resources as they are and do the rest, refuse everything, or plan as if the release were
   * rolled back already, and say that it must be.
   */
  readonly pinned: 'keep' | 'refuse' | 'back-first';
  /** A climbing release that is deleted is kept until it is rolled back; absent: refused. */
  readonly leaving?: 'back-first';
  readonly facts: Readonly<Record<string, string | number>>;
  /** Nothing will be written: there is time to say who would move. */
  readonly dryRun: boolean;
}
