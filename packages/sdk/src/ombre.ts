import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import {
  breakGlassDoor,
  type KillAnswer,
  type KillOrder,
  openReceiver,
  type Problem,
  problemText,
  type Receiver,
  type ReceiverEvent,
  type Source,
  type Status,
} from '@ombre/carry';
import {
  type Bound,
  bind,
  type CodeVocabulary,
  type Context,
  type Explanation,
  evaluate,
  explain,
  type Head,
  type Outcome,
} from '@ombre/decide';
import type { FlagDefinition } from './flag-definition.ts';
import { type FlagHandle, flagHandle, notReady } from './flag-handle.ts';

/** How long opening waits for a first answer, in milliseconds. */
const START_TIMEOUT = 3_000;

export interface OmbreOptions {
  /** `http://127.0.0.1:7171` or `https://…/p/project/environment`: a control plane. `dir:./flags` or a path: a folder of resources. */
  readonly source: string | Source;
  /** `project/environment`, where the address does not say it and there are several. */
  readonly environment?: string;
  /** The read token of a control plane that is not on this machine. */
  readonly token?: string;
  /** The control plane's public key, or two while it is exchanged; or a file of them, which is followed. Absent: snapshots are not verified. */
  readonly keys?: readonly string[] | { readonly file: string };
  /**
   * Where the last good snapshot is kept, so that a restart needs no control plane, and where `ombre kill --state-dir` leaves kills. May be
   * shared by processes.
   */
  readonly stateDir?: string;
  /** The environment's break-glass key; absent: the one that the snapshot carries. */
  readonly breakGlassKey?: string;
  /** Break-glass doors of gateways and other processes, that are asked for kills while the control plane is away. */
  readonly peers?: readonly string[];
  /** Functions and enrichers that conditions may use beside the declared attributes. */
  readonly vocabularies?: readonly CodeVocabulary[];
  /** What enrichers get as their data. */
  readonly data?: unknown;
  /**
   * Whose machine this process runs on: conditions ask for it as `developer.id`. Default: the environment variable `OMBRE_DEVELOPER`. Never
   * on a server.
   */
  readonly developer?: string;
  /** What the control plane shows people: a service's name and version. Default: the program, its process and its machine. */
  readonly agent?: string;
  /** Milliseconds that opening waits for a first answer before it goes on with the code's defaults. */
  readonly startTimeout?: number;
}

/** Why opening was refused: a key, a token or an address that will not come right by waiting. */
export class OmbreError extends Error {
  override readonly name = 'OmbreError';
  readonly code: Problem['code'];

  constructor(problem: Problem) {
    super(problemText(problem));
    this.code = problem.code;
  }
}

/** One environment, followed and decided in this process. Open as many as there are environments to ask. */
export class Ombre {
  readonly #receiver: Receiver;

  /** Follows at once and waits for nothing; `open` is for those who want to. */
  constructor(options: OmbreOptions) {
    const developer = options.developer ?? process.env.OMBRE_DEVELOPER;
    this.#receiver = openReceiver({
      source: options.source,
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      ...(options.token === undefined ? {} : { token: options.token }),
      compile: {
        ...(options.vocabularies === undefined ? {} : { vocabularies: options.vocabularies }),
        ...(options.data === undefined ? {} : { data: options.data }),
      },
      ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
      ...(options.keys === undefined ? {} : { keys: options.keys }),
      ...(options.breakGlassKey === undefined ? {} : { breakGlassKey: options.breakGlassKey }),
      ...(options.peers === undefined ? {} : { peers: options.peers }),
      ...(developer === undefined || developer === '' ? {} : { developer }),
      agent:
        options.agent ??
        `${basename(process.argv[1] ?? 'node')}, process ${process.pid} on ${hostname()}`.slice(-200),
    });
  }

  /**
   * Opens an environment and waits for its first answer. A source that is away does not stop an application: what is on disk
   * serves, or after `startTimeout` the code's defaults until it returns. Rejects with {@link OmbreError} where the source was refused or refuses.
   */
  static async open(options: OmbreOptions): Promise<Ombre> {
    const ombre = new Ombre(options);
    if ((await ombre.start(options.startTimeout)) !== 'error') return ombre;
    const [problem] = ombre.problems;
    await ombre.close();
    throw new OmbreError(problem ?? { code: 'UNREACHABLE', detail: 'no first answer' });
  }

  /** Waits for the first answer, at most so many milliseconds, and tells how it stands then. */
  async start(timeout: number = START_TIMEOUT): Promise<Status> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeout);
    });
    await Promise.race([this.#receiver.started, late]);
    clearTimeout(timer);
    return this.status;
  }

  get status(): Status {
    return this.#receiver.status;
  }

  /** What keeps it from following its source or from keeping its state; empty when all is well. */
  get problems(): readonly Problem[] {
    return this.#receiver.problems;
  }

  /** Where what is served stands; undefined before the first snapshot. */
  get head(): Head | undefined {
    return this.#receiver.head;
  }

  /** Names of all flags, sorted. */
  get flags(): readonly string[] {
    return this.#receiver.snapshot?.flags ?? [];
  }

  /** A typed handle of one flag; make it once, beside the code that uses it. */
  flag<T>(definition: FlagDefinition<T>): FlagHandle<T> {
    return flagHandle(definition, this.#receiver);
  }

  /** Binds a context once for several flags: all answers are of one revision. Undefined before the first snapshot. */
  bind(context: Context): Bound | undefined {
    const { snapshot } = this.#receiver;
    return snapshot === undefined ? undefined : bind(snapshot, context, Date.now());
  }

  /** Any flag's outcome by name. Never throws. */
  evaluate(flag: string, context: Context): Outcome {
    const bound = this.bind(context);
    return bound === undefined ? notReady(flag) : evaluate(bound, flag);
  }

  /** How a flag's outcome comes about; undefined before the first snapshot. */
  explain(flag: string, context: Context): Explanation | undefined {
    const bound = this.bind(context);
    return bound && explain(bound, flag);
  }

  /** Hears of changed flags, of the status, and of problems; the answer ends it. */
  subscribe(listener: (event: ReceiverEvent) => void): () => void {
    return this.#receiver.subscribe(listener);
  }

  /** Carries out a kill that an operator signed while the control plane is away: at once, and until the control plane has taken it over. */
  kill(order: KillOrder): Promise<KillAnswer> {
    return this.#receiver.kill(order);
  }

  /** The kills that this process carries out by itself. */
  get kills(): readonly KillOrder[] {
    return this.#receiver.kills;
  }

  /** A request handler of Node for `ombre kill --via` and for peers; mount it where only operators reach it. An order's signature is its permission. */
  get breakGlass(): RequestListener {
    return breakGlassDoor(this.#receiver);
  }

  /** Exchanges the trusted keys while running. */
  trust(keys: readonly string[]): void {
    this.#receiver.trust(keys);
  }

  /** Ends the stream and writes what is still to be written. Handles keep answering with the last snapshot. */
  async close(): Promise<void> {
    await this.#receiver.close();
  }
}
