import type { Head } from './head.ts';

/** Ids that joined and left one list of a segment whose list is long enough to live in blobs. Sorted. */
export interface IdChange {
  readonly segment: string;
  readonly list: 'ids' | 'exclude';
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** How one revision's bytes become another's: JSON, small where the change is small. */
export interface Delta {
  readonly from: { readonly lineage: string; readonly revision: number; readonly digest: string };
  readonly head: Head;
  /** The manifest's `requires` after the change. */
  readonly requires: readonly string[];
  /** Lines of entries that are new or changed, in order of their keys, each with its line end. */
  readonly put: readonly string[];
  /** Keys (`kind/name`) of entries that went, sorted. */
  readonly remove: readonly string[];
  readonly ids: readonly IdChange[];
}
