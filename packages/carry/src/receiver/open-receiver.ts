import { randomUUID } from 'node:crypto';
import type { CompileOptions } from '@ombre/decide';
import type { Acknowledgement } from '@ombre/protocol';
import { peerAt } from '../break-glass/ask-peer.ts';
import { createBreakGlass } from '../break-glass/break-glass.ts';
import { openKillFolder } from '../break-glass/kill-folder.ts';
import { systemClock } from '../clock.ts';
import { developerEnricher } from '../developer/developer-enricher.ts';
import { openSource } from '../open.ts';
import type { Problem } from '../problem.ts';
import {
  type Acknowledging,
  type Announced,
  asSourceError,
  type Ended,
  type Source,
  type SourceEvent,
} from '../source.ts';
import { createAcknowledger } from './acknowledger.ts';
import { openKeyring } from './keyring.ts';
import { createLink, type Hearers } from './link.ts';
import { createListeners } from './listeners.ts';
import { createLoop } from './loop.ts';
import type { Receiver, ReceiverEvent, ReceiverOptions } from './receiver.ts';
import { createSaver } from './saver.ts';
import { createServed } from './served.ts';
import { sight } from './sight.ts';
import type { Sighting } from './sighting.ts';
import { stageDelta } from './stage.ts';
import { createStaging } from './staging.ts';
import type { Event, Status } from './state.ts';
import { openStateFolder } from './state-folder.ts';
import { openTrustedKeys } from './trusted-keys.ts';
import { createTwoPhase } from './two-phase.ts';

/** Starts to follow a source: from disk at once if something is there, then from the source. Throws TypeError for wrong options. */
export function openReceiver(options: ReceiverOptions): Receiver {
  const { clock = systemClock, random = Math.random, stateDir } = options;
  const name = options.receiver ?? randomUUID();
  const source =
    typeof options.source === 'string'
      ? openSource(options.source, { ...options, clock, receiver: name })
      : options.source;
  const local = source.trust === 'local';
  const life = new AbortController();
  const listeners = createListeners<ReceiverEvent>();
  const report = (problem: Problem): void => listeners.tell({ type: 'problem', problem });

  const keys = openTrustedKeys(options.keys, clock, exchanged, report);
  const served = createServed(
    clock,
    (stage) => glass.layOver(stage),
    (flags) => listeners.tell({ type: 'changed', flags }),
  );
  const glass = createBreakGlass({
    given: options.breakGlassKey === undefined ? undefined : openKeyring([options.breakGlassKey]),
    clock,
    folder: stateDir === undefined ? undefined : openKillFolder(stateDir),
    peers: (options.peers ?? []).map((address) => peerAt(address, clock)),
    source,
    stage: () => served.stage,
    isLinked: () => loop.state.link === 'up' && loop.state.seen?.lineage === served.stage?.head.lineage,
    lay: () => served.layAnew(),
    report: (problem) => (problem.code === 'DISK_WRITE' ? written(problem) : report(problem)),
  });
  const folder = stateDir === undefined ? undefined : openStateFolder(stateDir, source.address);
  const saver = folder && createSaver(folder, clock, written);
  const twoPhase = createTwoPhase({
    clock,
    stage: (delta) => stageDelta(delta, served.stage, life.signal),
    acknowledge: () => acknowledger?.atOnce(),
  });
  const developer = developerEnricher({
    environment: () => served.stage?.head.environment,
    isTrusted: (text, key, signature) => keys.ring?.check(text, key, signature) === 'trusted',
    local: options.developer,
  });
  const compile: CompileOptions = {
    ...options.compile,
    vocabularies: [{ enrichers: [developer] }, ...(options.compile?.vocabularies ?? [])],
  };
  const staging = createStaging(served, twoPhase, compile, life.signal);
  const acknowledger = canAcknowledge(source)
    ? createAcknowledger(source, clock, say, random, twoPhase.granted)
    : undefined;
  const hearers: Hearers = {
    head: follow,
    resync: follow,
    delta: follow,
    prepare: ({ id, version, delta, size }) => twoPhase.prepare(id, version, delta, size),
    commit({ id, version, announced }) {
      const from = staging.decide(id, version, announced.signed.head.digest);
      if (from !== undefined)
        loop.dispatch({ type: 'commit', from, sighting: see(announced), random: random() });
    },
    abort: ({ id }) => twoPhase.abort(id),
    heartbeat: (event) => loop.dispatch(event),
    problem: (event) => loop.dispatch(event),
    ended: (why) => loop.dispatch({ type: 'ended', ...reasonOf(why) }),
  };
  const link = createLink(source, hearers);

  const loop = createLoop(clock, source.environment, {
    connect: ({ from }) => link.connect(from),
    disconnect: () => link.disconnect(),
    ask: () =>
      attempt(async () => {
        const announced = await source.head(life.signal);
        return { type: 'asked', sighting: see(announced), random: random() };
      }),
    get: ({ head }) =>
      attempt(async () => {
        const encoded = await source.get(head, served.stage?.encoded, life.signal);
        return { type: 'got', encoded };
      }),
    stage: (effect) =>
      attempt(async () => {
        const problem = await staging.stage(effect);
        return problem === undefined ? { type: 'staged' } : { type: 'unstaged', problem, random: random() };
      }),
    activate: ({ prepared = false }) => staging.activate(prepared),
    persist({ target }) {
      const encoded = served.stage?.encoded;
      if (encoded !== undefined) saver?.save({ announced: target.announced, encoded });
    },
    acknowledge() {
      acknowledger?.request();
      glass.linked();
    },
    announce: ({ status }) => listeners.tell({ type: 'status', status }),
    report: ({ problem }) => report(problem),
  });

  /** Does what may take a while and fail; nothing is heard of it after `close`. */
  function attempt(work: () => Promise<Event>): void {
    void work()
      .catch((error: unknown): Event => ({ type: 'failed', ...reasonOf(asSourceError(error)) }))
      .then((event) => {
        if (!life.signal.aborted) loop.dispatch(event);
      });
  }

  function reasonOf({ problem, retryAfter }: Ended): Ended & { readonly random: number } {
    return { problem, random: random(), ...(retryAfter === undefined ? {} : { retryAfter }) };
  }

  function follow({ announced, ...rest }: Extract<SourceEvent, { type: 'head' | 'resync' | 'delta' }>): void {
    loop.dispatch({ ...rest, sighting: see(announced), random: random() });
  }

  function see(announced: Announced): Sighting {
    return sight(announced, local ? undefined : keys.ring, clock.now());
  }

  function exchanged(): void {
    loop.dispatch({ type: 'trusted' });
    acknowledger?.request();
  }

  function written(problem: Problem | undefined): void {
    loop.dispatch(problem === undefined ? { type: 'persisted' } : { type: 'persisted', problem });
  }

  function say(): Acknowledgement | undefined {
    if (served.stage === undefined || loop.state.link !== 'up') return undefined;
    const { head, snapshot } = served.stage;
    const { lineage, revision, digest } = head;
    return {
      receiver: name,
      class: options.class ?? 'sdk',
      lineage,
      revision,
      digest,
      ...(twoPhase.staged === undefined ? {} : { staged: twoPhase.staged }),
      unsupported: snapshot.unsupported,
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      ...(keys.ring === undefined || local ? {} : { trusts: keys.ring.ids }),
    };
  }

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
    loop.dispatch({
      type: 'start',
      ...(problem === undefined ? {} : { problem }),
      ...(problem === undefined && disk !== undefined && saved !== undefined
        ? { disk: { sighting: disk, encoded: saved.encoded } }
        : {}),
    });
  }

  const started = new Promise<Status>((resolve) => {
    const end = listeners.add(() => {
      const { status, problem } = loop.state;
      // What comes from disk is worth a moment's wait for the source to confirm it or to be found away.
      if (status === 'starting' || (status === 'stale' && problem === undefined)) return;
      end();
      resolve(status);
    });
  });
  keys.follow();
  void start();

  return {
    get snapshot() {
      return served.snapshot;
    },
    get kills() {
      return glass.orders;
    },
    kill: (order) => glass.accept(order),
    get head() {
      return served.stage?.head;
    },
    get encoded() {
      return served.stage?.encoded;
    },
    get status() {
      return loop.state.status;
    },
    get live() {
      return twoPhase.live;
    },
    get problems() {
      return [loop.state.problem, loop.state.disk, keys.problem].filter((problem) => problem !== undefined);
    },
    started,
    trust: (texts) => keys.exchange(texts),
    subscribe: (listener) => listeners.add(listener),
    async close() {
      if (life.signal.aborted) return;
      loop.dispatch({ type: 'close' });
      life.abort();
      acknowledger?.stop();
      glass.stop();
      keys.stop();
      served.stop();
      await saver?.finish();
    },
  };
}

function canAcknowledge(source: Source & Partial<Acknowledging>): source is Source & Acknowledging {
  return source.acknowledge !== undefined;
}
