import type { ServerResponse } from 'node:http';
import type { Counters, PlanAnswer, ReleaseView } from '@ombre/protocol';
import type { Command } from '@ombre/release';
import type { Patience, TakenBack } from './take-back.ts';

/** What became of a person's command. */
export type Commanded =
  | { readonly ok: true; readonly view: ReleaseView }
  | {
      readonly ok: false;
      readonly code: 'NOT_FOUND' | 'RELEASE_REFUSED' | 'UNAVAILABLE';
      readonly message: string;
    };

/** The releases of an environment as people and gateways meet them. `undefined`: there is no such release. */
export interface Releases {
  list(): Promise<readonly ReleaseView[]>;
  /** With the newest `events` lines of its history. */
  view(release: string, events?: number): Promise<ReleaseView | undefined>;
  plan(
    release: string,
    given: { readonly requestsPerSecond?: number; readonly errorRate?: number },
  ): PlanAnswer | undefined;
  /** Answers when it was carried out or refused, and is carried out even if this process dies meanwhile. */
  command(
    release: string,
    command: Command,
    asked: { readonly by: string; readonly why: string },
  ): Promise<Commanded>;
  /** Aborts releases and waits until they are rolled back; see takeBack. */
  takeBack(
    releases: readonly string[],
    asked: { readonly by: string; readonly why: string },
    patience: Patience,
  ): Promise<TakenBack>;
  /** Takes what a gateway counted. `undefined`: this process does not control the environment now. */
  take(report: Counters): Promise<{ readonly resend: boolean } | undefined>;
  /** Streams view and history from an event number on; `false` where there is no room. */
  stream(
    response: ServerResponse,
    release: string,
    after: number | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<boolean>;
}
