import type { Acknowledgement, ReceiverClass } from '@ombre/protocol';

/** One of the processes that work on a store together. */
export interface Node {
  /** Made anew at each start. */
  readonly id: string;
  /** Where the others reach it. */
  readonly url: string;
  /** What the others show it, so that it takes what they hand on. */
  readonly secret: string;
}

/** What a process heard of a receiver. Durations are in milliseconds, so that no two clocks are compared. */
export interface Heard {
  readonly environment: string;
  readonly acknowledgement: Acknowledgement;
  /** Whether a stream of it is open at this process. */
  readonly connected: boolean;
  /** How long ago it was heard. */
  readonly ago: number;
  /** How long its lease still runs; 0 where it has run out. */
  readonly leased: number;
}

/** The same as another process reads it. */
export interface Known extends Heard {
  /** Where the process is reached that heard it last; null where that one is gone. */
  readonly url: string | null;
  /** Milliseconds since 1970 by the database's clock. */
  readonly at: number;
}

/** What the receivers of an environment serve, in one look. */
export interface Activation {
  /** How many with a lease serve which revision of which lineage. */
  readonly held: readonly { readonly lineage: string; readonly revision: number; readonly count: number }[];
  /** What those with a lease said that cannot evaluate some flag. */
  readonly lacking: readonly Acknowledgement[];
  /** Gateways whose lease has run out. */
  readonly goneGateways: readonly string[];
}

/**
 * What processes on one database tell each other. All times are the database's, so that a process that died, slept or has a wrong
 * clock is believed no longer than its leases run. None of it is history: it is forgotten some time after it ended, and no backup holds it.
 */
export interface NodeStore {
  /** Says that a process is there and will be for `ttl` ms. */
  announce(node: Node, ttl: number): Promise<void>;
  /** Keeps of each receiver what was heard last, whichever process heard it; what one process says later replaces what it said before. */
  hear(node: string, heard: readonly Heard[]): Promise<void>;
  /** All receivers of an environment, or those of some classes, sorted by name. */
  receivers(environment: string, classes?: readonly ReceiverClass[]): Promise<readonly Known[]>;
  activation(environment: string): Promise<Activation>;
  /** The process that holds a lease of the store now, where it is there. */
  holder(lease: string): Promise<Node | undefined>;
  /** Forgets what ended more than `age` ms ago. */
  forget(age: number): Promise<void>;
  /** A process takes its leave: what it said of itself, under this receiver's name, is no longer so. Receivers it heard keep their leases. */
  leave(node: string, receiver: string): Promise<void>;
}
