import type { CompileOptions, Encoded, Head, Snapshot } from '@ombre/decide';
import type { ReceiverClass } from '@ombre/protocol';
import type { KillAnswer, KillOrder } from '../break-glass/kill-order.ts';
import type { Clock } from '../clock.ts';
import type { Problem } from '../problem.ts';
import type { Acknowledging, Source, TakingOver } from '../source.ts';
import type { Status } from './state.ts';

export interface ReceiverOptions {
  /** An address, see `openSource`, or a source that is open. */
  readonly source: string | (Source & Partial<Acknowledging & TakingOver>);
  /** `project/environment` where the address does not say it. */
  readonly environment?: string;
  /** The read token of a control plane. */
  readonly token?: string;
  /**
   * Where the last good snapshot is kept, and where an operator may leave kills; absent: a restart needs the source. It is written after it
   * is served, a second apart at least.
   */
  readonly stateDir?: string;
  /** One or two Ed25519 public keys, see `openKeyring`, or a file of them that may change; absent: signatures are not checked. */
  readonly keys?: readonly string[] | { readonly file: string };
  /** The environment's break-glass key, see `openKeyring`; absent: the one that the snapshot carries. */
  readonly breakGlassKey?: string;
  /** Doors of other receivers, see `breakGlassDoor`, that are asked for the kills they carry out. */
  readonly peers?: readonly string[];
  readonly compile?: CompileOptions;
  /** Whose machine this process runs on, see `developerEnricher`. Never on a server. */
  readonly developer?: string;
  /** What the control plane calls this receiver; absent: a new name in each process. */
  readonly receiver?: string;
  readonly class?: ReceiverClass;
  /** For people: a service's name and version. */
  readonly agent?: string;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

export type ReceiverEvent =
  /** These flags may answer otherwise than before: a revision came, or time passed a boundary. Sorted. */
  | { readonly type: 'changed'; readonly flags: readonly string[] }
  | { readonly type: 'status'; readonly status: Status }
  /** Something a person should read; told when it begins. */
  | { readonly type: 'problem'; readonly problem: Problem };

/** Follows one environment. What it serves is always there to read; nothing that decides waits for it. */
export interface Receiver {
  /** What to decide with, swapped as a whole; undefined until the first has come. */
  readonly snapshot: Snapshot | undefined;
  readonly head: Head | undefined;
  /** The bytes of the snapshot. */
  readonly encoded: Encoded | undefined;
  readonly status: Status;
  /** True while the source has to reckon with what this receiver serves: from its acknowledgement until its lease runs out. */
  readonly live: boolean;
  /** What keeps it from following its source, and from keeping its state. */
  readonly problems: readonly Problem[];
  /** Settles with the first answer: up to date, refused, or serving from disk with the source away. */
  readonly started: Promise<Status>;
  /**
   * Carries out a kill that the operator signed while the control plane is away: at once, without a revision, kept over restarts until it
   * runs out or the control plane, to which it is handed over, has taken it over.
   */
  kill(order: KillOrder): Promise<KillAnswer>;
  /** The kills carried out here, for peers that ask. */
  readonly kills: readonly KillOrder[];
  /** Exchanges the trusted keys while running; what serves stays. Throws TypeError for texts that are no keys. */
  trust(keys: readonly string[]): void;
  subscribe(listener: (event: ReceiverEvent) => void): () => void;
  /** Ends the stream and writes what is still to be written. What was read keeps serving. */
  close(): Promise<void>;
}
