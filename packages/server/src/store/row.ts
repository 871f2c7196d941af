import type { Head } from '@ombre/decide';
import type { Placement, Resource } from '@ombre/decide/model';

/** Who writes a resource: the files of a directory or checkout, or the HTTP API. A resource has one origin. */
export type Origin = 'files' | 'api';

/** A resource as its author last wrote it. */
export interface ResourceRow {
  readonly resource: Resource;
  readonly origin: Origin;
  /** The revision that last wrote it: grows with every change of this resource, also over deletion and return. */
  readonly generation: number;
}

/** Where a release stands; controllers own it and compare-and-set on `version`. */
export interface PlacementRow {
  readonly release: string;
  readonly placement: Placement;
  /** Grows by one with each move. */
  readonly version: number;
  /** The fencing token of the controller that moved it. */
  readonly fence: number;
}

/** One thing an operator laid over a flag: a kill, or a variant for one unit. */
export type OverrideRow = OverrideBase &
  (
    | { readonly kind: 'kill'; readonly unit?: never; readonly variant?: never }
    | { readonly kind: 'target'; readonly unit: string; readonly variant: string }
  );

interface OverrideBase {
  readonly id: string;
  readonly flag: string;
  readonly by: string;
  readonly why: string;
  /** Nanoseconds since 1970, as decimal text. */
  readonly at: string;
  /** Milliseconds since 1970; absent: until lifted. */
  readonly until?: number;
}

/** Everything that is effective in one environment at one revision, and where its log stands. */
export interface EnvironmentState {
  readonly head: Head;
  /** Hash of the change that made the head; the next change carries it as `previous`. */
  readonly hash: string;
  /** By `Kind/name`. */
  readonly resources: ReadonlyMap<string, ResourceRow>;
  /** By the release's name. */
  readonly placements: ReadonlyMap<string, PlacementRow>;
  /** By id. */
  readonly overrides: ReadonlyMap<string, OverrideRow>;
  /** Ed25519 public key (SPKI, base64url) that break-glass kills are verified with. */
  readonly breakGlass: string;
}

/** A row written or deleted (`row: null`) by a change. `name` is what identifies the row among those of its kind. */
export type Write =
  | { readonly kind: 'Resource'; readonly name: string /* Kind/name */; readonly row: ResourceRow | null }
  | { readonly kind: 'Placement'; readonly name: string /* release */; readonly row: PlacementRow | null }
  | { readonly kind: 'Override'; readonly name: string /* id */; readonly row: OverrideRow | null };
