import { randomUUID } from 'node:crypto';
import type { CompileOptions, Encoded, Head, Snapshot } from '@ombre/decide';
import type { Acknowledgement, ReceiverClass } from '@ombre/protocol';
import { peerAt } from '../break-glass/ask-peer.ts';
import { createBreakGlass } from '../break-glass/break-glass.ts';
import { openKillFolder } from '../break-glass/kill-folder.ts';
import type { KillAnswer, KillOrder } from '../break-glass/kill-order.ts';
import { layKills } from '../break-glass/lay-kills.ts';
import { type Clock, systemClock } from '../clock.ts';
import { developerEnricher } from '../developer/developer-enricher.ts';
import { openSource } from '../open.ts';
import type { Problem } from '../problem.ts';
import {
  type Acknowledging,
  type Announced,
  type Ended,
  type Source,
  SourceError,
  type SourceEvent,
  type TakingOver,
} from '../source.ts';
import { createAcknowledger } from './acknowledger.ts';
import { createBoundaryTimer } from './boundary-timer.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import { followKeysFile, readKeysFile } from './keys-file.ts';
import { nextWake, step } from './machine.ts';
import { createSaver } from './saver.ts';
import { sight } from './sight.ts';
import type { Sighting } from './sighting.ts';
import { type Stage, type Staged, stageDelta, stageFull } from './stage.ts';
import { type Effect, type Event, NEW, type State, type Status } from './state.ts';
import { openStateFolder } from './state-folder.ts';
import { createTwoPhase } from './two-phase.ts';

export interface ReceiverOptions {
  /** An address, see `openSource`, or a source that is open. */
  readonly source: string | (Source & Partial<Acknowledging & TakingOver>);
  /** `project/environment` where the address does not say it. */
  readonly environment?: string;
  /** The read token of a control plane. */
  readonly token?: string;
  /** Where the last good snapshot is kept, and where an operator may leave kills; absent: a restart needs the source. */
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

/** Starts to follow a source: from disk at once if something is there, then from the source. Throws TypeError for wrong options. */
export function openReceiver(options: ReceiverOptions): Receiver {
  const { clock = systemClock, random = Math.random } = options;
  const name = options.receiver ?? randomUUID();
  const source =
    typeof options.source === 'string'
      ? openSource(options.source, { ...options, clock, receiver: name })
      : options.source;
  const local = source.trust === 'local';
  const keysFile = options.keys !== undefined && 'file' in options.keys ? options.keys.file : undefined;
  let keyring = readKeys(options.keys);
  let keysProblem: Problem | undefined;
  let state: State = { ...NEW, environment: source.environment };
  let current: Stage | undefined;
  /** What the process decides with: the current stage, and kills of its own laid over it. */
  let served: Snapshot | undefined;
  let laid: ReadonlySet<string> = new Set();
  let beside: Extract<Staged, { ok: true }> | undefined;
  /** What a two-phase change has decided, between its word and its swap. */
  let decided: (Extract<SourceEvent, { type: 'commit' }> & { readonly staged: typeof beside }) | undefined;
  let cancelWake: (() => void) | undefined;
  let watching = new AbortController();
  const life = new AbortController();
  const glass = createBreakGlass({
    given: options.breakGlassKey === undefined ? undefined : openKeyring([options.breakGlassKey]),
    clock,
    folder: options.stateDir === undefined ? undefined : openKillFolder(options.stateDir),
    peers: (options.peers ?? []).map((address) => peerAt(address, clock)),
    source,
    stage: () => current,
    isLinked: () => state.link === 'up' && state.seen?.lineage === current?.head.lineage,
    lay: () => current !== undefined && serve(current, []),
    report: (problem) =>
      problem.code === 'DISK_WRITE'
        ? dispatch({ type: 'persisted', problem })
        : tell({ type: 'problem', problem }),
  });
  const developer = developerEnricher({
    environment: () => current?.head.environment,
    isTrusted: (text, key, signature) => keyring?.check(text, key, signature) === 'trusted',
    local: options.developer,
  });
  const compile: CompileOptions = {
    ...options.compile,
    vocabularies: [{ enrichers: [developer] }, ...(options.compile?.vocabularies ?? [])],
  };
  const listeners = new Set<(event: ReceiverEvent) => void>();
  const inbox: Event[] = [];
  let turning = false;

  const folder =
    options.stateDir === undefined ? undefined : openStateFolder(options.stateDir, source.address);
  const saver =
    folder &&
    createSaver(folder, clock, (problem) =>
      dispatch(problem === undefined ? { type: 'persisted' } : { type: 'persisted', problem }),
    );
  const acknowledger = canAcknowledge(source)
    ? createAcknowledger(source, clock, say, random, (sent, lease) => twoPhase.granted(sent, lease))
    : undefined;
  const twoPhase = createTwoPhase({
    clock,
    stage: async (delta) => {
      if (current === undefined) throw new Error('a change is prepared on nothing');
      return stageDelta(delta, current, life.signal);
    },
    acknowledge: () => acknowledger?.atOnce(),
  });
  const boundaries = createBoundaryTimer(clock, (flags) => tell({ type: 'changed', flags }));

  /** One event after the other, also where performing the effects of one makes the next. */
  function dispatch(event: Event): void {
    inbox.push(event);
    if (turning) return;
    turning = true;
    try {
      for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
        const { state: after, effects } = step(state, next, clock.monotonic());
        state = after;
        for (const effect of effects) perform(effect);
      }
    } finally {
      turning = false;
    }
    arm();
  }

  function arm(): void {
    cancelWake?.();
    const due = nextWake(state);
    cancelWake =
      due === undefined ? undefined : clock.after(due - clock.monotonic(), () => dispatch({ type: 'wake' }));
  }

  const performers: { readonly [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void } = {
    connect({ from }) {
      watching.abort();
      watching = new AbortController();
      void watch(from, watching.signal);
    },
    disconnect: () => watching.abort(),
    ask() {
      void attempt(async () => {
        return { type: 'asked', sighting: see(await source.head(life.signal)), random: random() };
      });
    },
    get({ head }) {
      void attempt(async () => {
        return { type: 'got', encoded: await source.get(head, current?.encoded, life.signal) };
      });
    },
    stage: (effect) => void attempt(() => stage(effect)),
    activate,
    persist({ target }) {
      if (current !== undefined) saver?.save({ announced: target.announced, encoded: current.encoded });
    },
    acknowledge() {
      acknowledger?.request();
      glass.linked();
    },
    announce: ({ status }) => tell({ type: 'status', status }),
    report: ({ problem }) => tell({ type: 'problem', problem }),
  };

  function perform(effect: Effect): void {
    (performers[effect.type] as (effect: Effect) => void)(effect);
  }

  async function watch(from: Head | undefined, signal: AbortSignal): Promise<void> {
    const ended = await source.watch(
      from,
      (event) => {
        if (signal.aborted) return;
        if (event.type === 'heartbeat' || event.type === 'problem') return dispatch(event);
        if (event.type === 'prepare')
          return twoPhase.prepare(event.id, event.version, event.delta, event.size);
        if (event.type === 'abort') return twoPhase.abort(event.id);
        if (event.type === 'commit') return commit(event);
        const { announced, ...rest } = event;
        dispatch({ ...rest, sighting: see(announced), random: random() });
      },
      signal,
    );
    const { problem, retryAfter } = ended;
    if (signal.aborted) return;
    dispatch({
      type: 'ended',
      problem,
      random: random(),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }

  /** Does what may take a while and fail; nothing is heard of it after `close`. */
  async function attempt(work: () => Promise<Event>): Promise<void> {
    const event = await work().catch((error: unknown): Event => {
      const { problem, retryAfter }: Ended =
        error instanceof SourceError
          ? error
          : {
              problem: {
                code: 'UNREACHABLE',
                detail: error instanceof Error ? error.message : String(error),
              },
            };
      return {
        type: 'failed',
        problem,
        random: random(),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
    });
    if (!life.signal.aborted) dispatch(event);
  }

  async function stage(effect: Extract<Effect, { type: 'stage' }>): Promise<Event> {
    const { head } = effect.target.announced.signed;
    const staged = await stageOne(effect, head);
    if (!staged.ok) return { type: 'unstaged', problem: staged.problem, random: random() };
    beside = staged;
    return { type: 'staged' };
  }

  function stageOne(effect: Extract<Effect, { type: 'stage' }>, head: Head): Promise<Staged> {
    if (effect.by !== 'delta') return stageFull(head, effect.encoded, current, compile, life.signal);
    if (current === undefined) throw new Error('a delta is staged on nothing');
    return stageDelta(effect.delta, current, life.signal);
  }

  /** Swaps in what was compiled for this, if the signed head is one to follow. Otherwise its delta, which comes next, does. */
  function commit(event: Extract<SourceEvent, { type: 'commit' }>): void {
    const { id, version, announced } = event;
    const offer = twoPhase.offer(id, version, announced.signed.head.digest);
    if (offer === undefined) return;
    decided = { ...event, staged: offer.staged };
    dispatch({ type: 'commit', sighting: see(announced), from: offer.from, random: random() });
  }

  function activate({ prepared }: Extract<Effect, { type: 'activate' }>): void {
    const next = prepared === true ? decided?.staged : beside;
    if (next === undefined) throw new Error('nothing is staged');
    const { stage, changed } = next;
    beside = undefined;
    current = stage;
    serve(stage, changed);
    if (prepared !== true) twoPhase.serves(stage.head);
    else if (decided !== undefined) twoPhase.commit(decided.id, decided.version, stage.head.digest);
    decided = undefined;
  }

  function serve(stage: Stage, changed: readonly string[]): void {
    const active = glass.layOver(stage);
    served = layKills(stage, active).snapshot;
    boundaries.follow(served);
    const flags = new Set(active.map(({ flag }) => flag));
    const turned = [...laid, ...flags].filter((flag) => laid.has(flag) !== flags.has(flag));
    laid = flags;
    const all = turned.length === 0 ? changed : [...new Set([...changed, ...turned])].sort();
    if (all.length > 0) tell({ type: 'changed', flags: all });
  }

  function see(announced: Announced): Sighting {
    return sight(announced, local ? undefined : keyring, clock.now());
  }

  function say(): Acknowledgement | undefined {
    if (current === undefined || state.link !== 'up') return undefined;
    const { lineage, revision, digest } = current.head;
    return {
      receiver: name,
      class: options.class ?? 'sdk',
      lineage,
      revision,
      digest,
      ...(twoPhase.staged === undefined ? {} : { staged: twoPhase.staged }),
      unsupported: current.snapshot.unsupported,
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      ...(keyring === undefined || local ? {} : { trusts: keyring.ids }),
    };
  }

  function tell(event: ReceiverEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's fault is its owner's, as an uncaught one; the receiver goes on.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  function trust(keys: readonly string[]): void {
    keyring = openKeyring(keys);
    dispatch({ type: 'trusted' });
    acknowledger?.request();
  }

  const unfollowKeys =
    keysFile === undefined
      ? undefined
      : followKeysFile(keysFile, clock, trust, (problem) => {
          if (problem !== undefined && problem.detail !== keysProblem?.detail)
            tell({ type: 'problem', problem });
          keysProblem = problem;
        });

  async function start(): Promise<void> {
    const loaded = (await folder?.load(source.environment)) ?? {};
    if (life.signal.aborted) return;
    const { saved } = loaded;
    const place = saved?.announced.signed.head.environment ?? source.environment;
    if (place !== undefined) await glass.load(place);
    if (life.signal.aborted) return;
    const disk = saved && see(saved.announced);
    let { problem } = loaded;
    if (disk !== undefined && disk.trust !== 'trusted' && disk.trust !== 'unchecked') {
      problem = { code: 'DISK_UNTRUSTED', detail: `signed by ${disk.announced.signed.key}` };
    }
    dispatch({
      type: 'start',
      ...(problem === undefined ? {} : { problem }),
      ...(problem === undefined && disk !== undefined && saved !== undefined
        ? { disk: { sighting: disk, encoded: saved.encoded } }
        : {}),
    });
  }

  const started = new Promise<Status>((resolve) => {
    const settle = (): void => {
      const { status } = state;
      // What comes from disk is worth a moment's wait for the source to confirm it or to be found away.
      if (status === 'starting' || (status === 'stale' && state.problem === undefined)) return;
      listeners.delete(settle);
      resolve(status);
    };
    listeners.add(settle);
  });
  void start();

  return {
    get snapshot() {
      return served;
    },
    get kills() {
      return glass.orders;
    },
    kill: (order) => glass.accept(order),
    get head() {
      return current?.head;
    },
    get encoded() {
      return current?.encoded;
    },
    get status() {
      return state.status;
    },
    get live() {
      return twoPhase.live;
    },
    get problems() {
      return [state.problem, state.disk, keysProblem].filter((problem) => problem !== undefined);
    },
    started,
    trust,
    subscribe(listener) {
      const own = (event: ReceiverEvent): void => listener(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    async close() {
      if (life.signal.aborted) return;
      dispatch({ type: 'close' });
      life.abort();
      acknowledger?.stop();
      glass.stop();
      unfollowKeys?.();
      boundaries.stop();
      await saver?.finish();
    },
  };
}

function readKeys(keys: ReceiverOptions['keys']): Keyring | undefined {
  if (keys === undefined) return undefined;
  return openKeyring('file' in keys ? readKeysFile(keys.file) : keys);
}

function canAcknowledge(source: Source & Partial<Acknowledging>): source is Source & Acknowledging {
  return source.acknowledge !== undefined;
}
