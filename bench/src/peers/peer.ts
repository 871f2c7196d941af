import type { RuleFlag } from '../evaluate-workloads.ts';

/** Another engine, set up as its documentation recommends for a server, without network. */
export interface Peer {
  readonly name: string;
  /** The document its server would send: the six workloads' flags, rule flags as given. */
  config(rules: readonly RuleFlag[]): string;
  /** Ready to answer from the document. */
  open(config: string): Promise<PeerEngine>;
}

export interface PeerEngine {
  /** A plain context of the benches as this engine wants it; made before anything is timed. */
  contextOf(context: Readonly<Record<string, unknown>>): unknown;
  /** Asks one flag. */
  asker(flag: string, kind: FlagKind): (context: unknown) => unknown;
  /** The value in what an asker answered. */
  valueOf(answer: unknown, kind: FlagKind): unknown | Promise<unknown>;
  close(): void | Promise<void>;
}

export type FlagKind = 'boolean' | 'string' | 'object';
