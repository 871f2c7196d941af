import type { Placement, Resource } from '@ombre/decide/model';
import type { Issue, ResourceDiff } from '@ombre/declare';
import type { Origin } from '../store/row.ts';

/** Who asks and why: kept in the log. */
export interface Asked {
  /** `project/environment`. */
  readonly environment: string;
  readonly author: string;
  readonly why: string;
}

export interface ApplyInput extends Asked {
  readonly origin: Origin;
  /** The whole set of the origin: what it owned and is absent here is deleted. With `partial`: only what is to be put. */
  readonly resources: readonly Resource[];
  /** Put `resources` and delete `deletes`; everything else of the origin stays. */
  readonly partial?: boolean;
  /** Keys `Kind/name`, only with `partial`. */
  readonly deletes?: readonly string[];
  /** Generations read when the diff was made, by key; a key that did not exist is absent or 0. Where given, whatever of the plan moved since is a CONFLICT. */
  readonly generations?: Readonly<Record<string, number>>;
  /** Everything but writing. */
  readonly dryRun?: boolean;
  /** Do nothing if the origin applied this same set last, so that a restart does not undo a restore made since. */
  readonly once?: boolean;
}

export interface RestoreInput extends Asked {
  /** A revision of the log whose resources are to be effective again. */
  readonly to: number;
  readonly dryRun?: boolean;
}

/** Lays one thing over a flag or lifts it (`null`). */
export type OverrideInput = Asked & { readonly flag: string } & (
    | { readonly kill: { readonly until?: number /* ms since 1970 */ } | null; readonly target?: never }
    | {
        readonly target: { readonly unit: string; readonly variant: string | null; readonly until?: number };
        readonly kill?: never;
      }
  );

export interface PlaceInput extends Asked {
  readonly release: string;
  readonly placement: Placement;
  /** The version the controller read; 0 where it has none yet. */
  readonly version: number;
  readonly fence: { readonly lease: string; readonly token: number };
}

/** Ends a completed release whose flag belongs to the API. */
export interface LandInput extends Asked {
  readonly release: string;
  readonly fence: { readonly lease: string; readonly token: number };
}

/** A kill signed with the environment's break-glass key while the store was away. */
export interface BreakGlassInput {
  readonly environment: string;
  /** What was signed: canonical JSON of {environment, lineage, flag, by, why, issued, expires, id}. */
  readonly payload: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

export interface Moved {
  readonly key: string;
  /** The generation (or version) the caller had read; 0: it did not exist. */
  readonly expected: number;
  readonly found: number;
}

export type Refusal =
  /** The effective set would have errors; `issues` has them all. */
  | {
      readonly ok: false;
      readonly code: 'INVALID';
      readonly message: string;
      readonly issues: readonly Issue[];
    }
  | {
      readonly ok: false;
      readonly code: 'CONFLICT';
      readonly message: string;
      readonly moved: readonly Moved[];
    }
  /** Keys that belong to the other origin. */
  | { readonly ok: false; readonly code: 'OWNED'; readonly message: string; readonly keys: readonly string[] }
  /** A release above 0 % forbids it; a restore goes in once the releases `backFirst` are rolled back. */
  | {
      readonly ok: false;
      readonly code: 'PINNED';
      readonly message: string;
      readonly issues: readonly Issue[];
      readonly backFirst?: readonly string[];
    }
  | {
      readonly ok: false;
      readonly code:
        | 'ENVIRONMENT_UNKNOWN'
        | 'NOT_FOUND'
        | 'FENCED'
        | 'SIGNATURE_INVALID'
        | 'EXPIRED'
        /** The disk is full: nothing was written. */
        | 'STORE_FULL'
        /** The database is away; the message says whether the change may have been written. */
        | 'UNAVAILABLE';
      readonly message: string;
    };

export type ApplyResult =
  | {
      readonly ok: true;
      /** The head's revision afterwards (of a dry run: as it is). */
      readonly revision: number;
      /** False when the environment already is as asked, which makes no revision; of a dry run: whether it would change. */
      readonly changed: boolean;
      readonly diff: readonly ResourceDiff[];
      /** Warnings, and errors of what was kept at its last good spec while the rest went in. */
      readonly issues: readonly Issue[];
      /** Keys kept at their last good spec because a climbing release pins them. */
      readonly kept: readonly string[];
      /** Releases that a restore contradicts, which are rolled back first: of a dry run, would be. */
      readonly rolledBack?: readonly RolledBack[];
    }
  | Refusal;

export interface RolledBack {
  readonly release: string;
  /** Milliseconds from asking until nobody was treated any more and its steps were undone; absent in a dry run. */
  readonly took?: number;
}

/** Every write there is. Each call is one transaction, at most one revision; commands of one environment run one after the other. */
export interface Commands {
  /** Makes the environment if it is absent. The private half of its break-glass key is returned once and kept nowhere. */
  init(input: Asked): Promise<{ readonly created: boolean; readonly breakGlassKey?: string }>;
  apply(input: ApplyInput): Promise<ApplyResult>;
  /** PINNED with `backFirst` while releases that it contradicts are above 0 %: see createRestores. */
  restore(input: RestoreInput): Promise<ApplyResult>;
  override(input: OverrideInput): Promise<ApplyResult>;
  place(input: PlaceInput): Promise<ApplyResult>;
  /** One change: the flag says `to` in `from`'s place, the release is gone, nobody's variant changes. OWNED where files own either. */
  land(input: LandInput): Promise<ApplyResult>;
  breakGlass(input: BreakGlassInput): Promise<ApplyResult>;
  /** Lifts overrides whose time has run out, as one audited change; call it at `Views.nextExpiry` or every minute. */
  expire(environment: string): Promise<ApplyResult>;
}
