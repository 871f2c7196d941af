import type { ReleaseSpec } from '@ombre/decide/model';
import type {
  Command,
  Effect,
  GuardEvidence,
  Health,
  HealthMemory,
  ReleaseState,
  Topic,
} from '@ombre/release';

/** What a controller knows of a release beside its machine's state. */
export interface ProgressFacts {
  /** The revision at which this climb of this release began to be followed: makes keys of effects unique over deletion and return. */
  readonly born: number;
  /** Epoch of the placement it was found with: what gateways counted up to it belongs to an earlier release of this name. */
  readonly bornEpoch: number;
  readonly lineage: string;
  /** The spec it climbs by, for what is still to be said when its resource is gone. */
  readonly spec: ReleaseSpec;
  /** Digests of what the release pins and of its own spec, by `Kind/name`, as its machine was last told. */
  readonly pins: Readonly<Record<string, string>>;
  /** What its guards remember; absent while nothing is judged. */
  readonly memory?: HealthMemory;
  /** Why the release was judged as it was, at the last write. */
  readonly health: Health;
}

export interface ProgressRow {
  readonly release: string;
  /** Grows with every write. */
  readonly version: number;
  readonly state: ReleaseState;
  readonly facts: ProgressFacts;
}

/** An effect that was asked for and has no result yet. */
export interface OpenEffect {
  readonly release: string;
  /** Unique within the environment. */
  readonly key: string;
  readonly effect: Effect;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
}

/** One line of a release's history; `number` is dense within the release, also over its deletion and return. */
export interface EventRow {
  readonly release: string;
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: Topic | 'command' | 'effect' | 'late' | 'removed';
  readonly text: string;
  readonly alert: boolean;
  readonly evidence: readonly GuardEvidence[];
}

/** What somebody asked of a release; `delete`: its author took it away while units were treated. */
export interface CommandRow {
  readonly id: string;
  readonly release: string;
  readonly command: Command | 'delete';
  readonly by: string;
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What one step of a controller leaves of one release. */
export interface ProgressWrite {
  readonly release: string;
  /** Null: nothing is followed any more; effects that are still open stay until they are done. */
  readonly row: Omit<ProgressRow, 'release'> | null;
  readonly asked: readonly Omit<OpenEffect, 'release'>[];
  /** Keys of effects that have their result: they are never performed again. */
  readonly done: readonly string[];
  readonly events: readonly Omit<EventRow, 'release'>[];
}

export interface ProgressCommit {
  readonly environment: string;
  /** Refused unless this lease is held with this token by the database's clock. */
  readonly fence: { readonly lease: string; readonly token: number };
  readonly writes: readonly ProgressWrite[];
  /** Commands that were carried out, or refused with a sentence. */
  readonly answered: readonly { readonly id: string; readonly refusal: string | null }[];
}

/** Lines of history kept of each release. */
export const KEPT_EVENTS = 500;

/** What is written down of the releases of an environment. */
export interface ProgressLoaded {
  readonly rows: readonly ProgressRow[];
  /** In the order they were asked for. */
  readonly open: readonly OpenEffect[];
  /** Number of the last line of history by release, also of releases that are gone. */
  readonly lines: Readonly<Record<string, number>>;
}

/**
 * Where controllers keep the progress of releases, beside the log: it makes no revision. Everything of one commit is written or nothing;
 * what was acknowledged survives a crash. Only the inbox of commands is written by processes that do not control.
 */
export interface ProgressStore {
  /** All that is followed in an environment, and what is still to be performed, in the order it was asked for. */
  load(environment: string): Promise<ProgressLoaded>;
  commit(
    commit: ProgressCommit,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly code: 'FENCED' }>;
  /** Lines after a number (absent: the newest), oldest first, at most `limit`. */
  history(
    environment: string,
    release: string,
    page: { readonly after?: number; readonly limit: number },
  ): Promise<readonly EventRow[]>;
  /** Puts a command into the inbox; the same id twice is one command. */
  ask(environment: string, command: CommandRow): Promise<void>;
  /** Commands nobody has carried out yet, oldest first. */
  asked(environment: string): Promise<readonly CommandRow[]>;
  /** What became of a command; undefined while nothing has. */
  answerOf(environment: string, id: string): Promise<{ readonly refusal: string | null } | undefined>;
}
