import type { WireIssue } from '@ombre/protocol';

/** A control plane that listens. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:7171`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly writeToken: string;
  /** Absent where reading needs no token. */
  readonly readToken: string | undefined;
  /** The environment of the directory, or the one that was asked for. */
  readonly environment: string;
  readonly revision: number;
  readonly flags: number;
  /** Whether the directory is still being read, while what was served before is served. */
  readonly reading: boolean;
  /** What the directory's first reading had to say; nothing while it is still being read. */
  readonly issues: readonly WireIssue[];
  /** Public signing keys in PEM, for receivers. */
  readonly keys: readonly { readonly id: string; readonly pem: string }[];
  /** The private half of a new environment's break-glass key: shown once, kept nowhere. */
  readonly breakGlassKey: string | undefined;
  /** Ends streams, answers what is in flight, closes the store. */
  close(): Promise<void>;
}
