import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '@ombre/carry';
import { type DirectoryAuthor, openDirectoryAuthor } from './author/directory-author.ts';
import { backUpInto } from './backup/back-up-into.ts';
import { systemClock as commandClock } from './commands/clock.ts';
import { openControl } from './commands/open-control.ts';
import { openEffects } from './effects/open-effects.ts';
import { expireOverrides } from './expire-overrides.ts';
import { createDoors, isLoopback } from './http/address.ts';
import { createEdge } from './http/edge.ts';
import { endGently } from './http/end-gently.ts';
import { developerHandlers } from './http/handlers/developer.ts';
import { evaluationHandlers } from './http/handlers/evaluation.ts';
import { keyHandlers } from './http/handlers/keys.ts';
import { processHandlers } from './http/handlers/process.ts';
import { readHandlers } from './http/handlers/read.ts';
import { releaseHandlers } from './http/handlers/release.ts';
import { syncHandlers } from './http/handlers/sync.ts';
import { twoPhaseHandlers } from './http/handlers/two-phase.ts';
import { writeHandlers } from './http/handlers/write.ts';
import { silent } from './http/log.ts';
import { mayListen } from './http/may-listen.ts';
import { createEvaluate } from './http/ofrep/evaluate.ts';
import { openPlaces } from './http/open-places.ts';
import { openApiDocument } from './http/openapi.ts';
import type { Places } from './http/place.ts';
import { createCredentials } from './http/token.ts';
import { openKeyring } from './keys/keyring.ts';
import { openPrometheus } from './metric-provider/prometheus.ts';
import { createMetrics } from './metrics/metrics.ts';
import { newId } from './new-id.ts';
import { advertisedUrl } from './nodes/advertised-url.ts';
import { createHandOn } from './nodes/hand-on.ts';
import { createHandOnCounters } from './nodes/hand-on-counters.ts';
import { joinNodes } from './nodes/join-nodes.ts';
import { type Served, soleReceivers } from './nodes/known-receivers.ts';
import type { Presence } from './nodes/presence.ts';
import { ownReceiver, type SharedReceivers } from './nodes/shared-receivers.ts';
import { openControllers } from './open-controllers.ts';
import { openStore } from './open-store.ts';
import { createRestores } from './releases/create-restores.ts';
import type { RunningServer } from './running-server.ts';
import { environmentOf, hostsOf, type ServerOptions, tokensOf } from './server-options.ts';
import { createReceivers } from './sync/receivers.ts';
import { createSnapshotTexts } from './sync/snapshots.ts';
import { openCoordinators } from './two-phase/open-coordinators.ts';
import { VERSION } from './version.ts';
import type { Views } from './views/views.ts';

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 7171;
const LEASE = 15_000;
/** Beyond a lease, so long may releases take to go back before what contradicts them is restored, in ms. */
const DRAIN = 15_000;

/** The control plane, composed and listening. Prints nothing. Throws StoreError, SettingsError, or what listening throws, with everything closed again. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const opened: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let end = opened.pop(); end !== undefined; end = opened.pop()) await end();
  };
  try {
    const server = await compose(options, (end) => opened.push(end));
    return { ...server, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens part after part; `later` is told how each is closed, which happens in the opposite order. */
async function compose(
  options: ServerOptions,
  later: (end: () => void | Promise<void>) => void,
): Promise<Omit<RunningServer, 'close'>> {
  const { clock = systemClock, log = silent, dataDirectory, database, host = DEFAULT_HOST } = options;
  const now = (): number => clock.now();
  const loopback = isLoopback(host);
  const environment = await environmentOf(options);

  const { store, progress, twoPhase, nodes, sql } = await openStore({ dataDirectory, database, now, log });
  later(() => store.close());
  // Before an environment is made, whose break-glass key is shown once.
  await mayListen(host, options.port ?? DEFAULT_PORT);
  const keyring = openKeyring(join(dataDirectory, 'keys'), now);
  const control = await openControl({
    store,
    clock: commandClock(),
    keyring,
    newId,
    log: (message) => log.warn({}, message),
    vocabularies: options.vocabularies,
    leaving: (of, release, by) =>
      progress.ask(of, { id: newId(), release, command: 'delete', by, why: '', at: clock.now() }),
  });
  later(() => control.close());
  const { commands, views, changes, staging } = control;
  const { created, breakGlassKey } = await commands.init({
    environment,
    author: 'ombre',
    why: 'the server began',
  });
  later(expireOverrides({ commands, views, changes, clock, log }));

  const tokens = tokensOf(options, loopback);
  const node = { id: newId(), secret: randomBytes(24).toString('base64url') };
  const credentials = createCredentials(nodes === undefined ? tokens : { ...tokens, handedOn: node.secret });
  const { receiverLimit: limit = 10_000, lease = LEASE } = options;
  let presence: Presence | undefined;
  let sharing: SharedReceivers | undefined;
  const receivers = createReceivers({
    clock,
    lease,
    limit,
    changed: (of, receiver) => sharing?.changed(of, receiver),
  });
  let author: DirectoryAuthor | undefined;
  const places = openPlaces({
    views,
    changes,
    clock,
    log,
    streamLimit: limit,
    compile: {
      ...(options.vocabularies === undefined ? {} : { vocabularies: options.vocabularies }),
      ...(options.data === undefined ? {} : { data: options.data }),
    },
    isTrusted: (text, key, signature) =>
      keyring.trusted().some(({ id }) => id === key) && keyring.verify(key, text, signature),
    twoPhase: (of) => coordinators.voice(of),
    author: (name) => (name === environment ? author?.status : undefined),
    moved: () => sharing?.moved(),
  });
  const served = (of: string): Served | undefined => {
    const opened = [...places.all()].find((place) => place.environment === of);
    return opened?.live.current().head.head ?? views.head(of)?.head;
  };
  if (nodes !== undefined) {
    const environments = (): readonly string[] => views.environments();
    const joined = joinNodes({ node: node.id, nodes, receivers, served, environments, clock, log });
    ({ presence, sharing } = joined);
    later(() => joined.close());
  }
  const known = sharing ?? soleReceivers(receivers, served);
  const metrics = createMetrics({
    places,
    receivers,
    views,
    clock,
    controllers: () => controllers.all(),
    coordinators: () => coordinators.all(),
  });
  later(() => metrics.close());
  const provider =
    options.prometheus === undefined ? undefined : openPrometheus({ url: options.prometheus, fetch, clock });
  const controllers = openControllers({
    store,
    progress,
    // Where one process at a time can have the store, it takes its own lease back at once after a crash.
    holder: nodes === undefined ? 'this server' : node.id,
    commands,
    views,
    changes,
    receivers: known,
    clock,
    log,
    newId,
    streamLimit: limit,
    news: (of) => {
      const news = metrics.controlled(of);
      return {
        ...news,
        ticked(late) {
          news.ticked?.(late);
          coordinators.of(of)?.wake();
        },
      };
    },
    provider,
    effects: openEffects({
      dataDirectory,
      notify: options.notify,
      notifySecret: options.notifySecret,
      egress: options.egress,
      loopback,
      environment: process.env,
      metrics: provider,
      now,
    }),
  });

  const restores = createRestores({
    commands,
    releases: (of) => controllers.of(of),
    clock,
    patience: lease + DRAIN,
  });

  const handOn = nodes && createHandOn({ self: node.id, nodes, fetch, clock, log });
  const coordinators = openCoordinators({
    store: twoPhase,
    staging,
    views,
    changes,
    places,
    fence: (of) => controllers.fence(of),
    lease,
    others: handOn && {
      handOn,
      receiver: ownReceiver(node.id),
      watch: (listener) => store.watch(listener),
    },
    clock,
    log,
    news: metrics.coordinated,
  });

  const evaluate = createEvaluate({
    clock,
    credentials,
    publicPath: options.publicPath ?? '',
    timed: metrics.evaluated,
    version: VERSION,
  });
  let ready = false;
  const app = createEdge({
    places,
    credentials,
    doors: createDoors({ loopback, hosts: hostsOf(options, loopback), origins: options.origins }),
    log,
    failed: metrics.failed,
    requestTimeout: options.requestTimeout,
    handlers: {
      ...evaluationHandlers(evaluate),
      ...readHandlers({ views, receivers: known, clock, version: VERSION }),
      ...syncHandlers({ views, receivers, known, coordinators, texts: createSnapshotTexts() }),
      ...writeHandlers({ ...commands, restore: restores.restore }),
      ...developerHandlers({ keyring, now }),
      ...releaseHandlers((of) => controllers.of(of), handOn && createHandOnCounters(handOn)),
      ...twoPhaseHandlers(coordinators, handOn),
    },
    processHandlers: {
      ...keyHandlers({ keyring, views, receivers: known }),
      ...processHandlers({
        ready: () => ready,
        environments: () => views.environments(),
        metrics: metrics.text,
        openapi: JSON.stringify(openApiDocument(VERSION)),
        backup: sql && (() => backUpInto(dataDirectory, sql, keyring.signer(), now())),
      }),
    },
  });
  later(() => endGently(app));
  later(() => controllers.close());
  later(() => restores.close());
  later(() => coordinators.close());
  later(() => places.close());

  if (options.directory !== undefined) {
    const watching = openDirectoryAuthor({
      directory: options.directory,
      environment,
      commands,
      views,
      changes,
      restored: () => restores.settled(environment),
      clock,
      log,
      vocabularies: options.vocabularies,
      applied: (result) => metrics.applied(environment, result),
    });
    later(() => watching.close());
    author = watching;
    // What was served before is served again at once; ten thousand files are read meanwhile.
    await Promise.race([watching.started, ...(created ? [] : [watching.long])]);
    await caughtUp(places, views, environment);
  }
  ready = true;
  later(() => {
    ready = false;
  });

  await app.listen({ host, port: options.port ?? DEFAULT_PORT });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  if (presence !== undefined) {
    const url = options.advertise ?? advertisedUrl(host, port, networkInterfaces());
    await presence.begin({ ...node, url });
  }
  const current = places.get(environment)?.live.current();
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    writeToken: tokens.write,
    readToken: tokens.read,
    environment,
    revision: current?.head.head.revision ?? 0,
    flags: current?.snapshot.flags.length ?? 0,
    reading: author?.status().state === 'starting',
    issues: author?.status().issues ?? [],
    keys: keyring.trusted(),
    breakGlassKey,
  };
}

/** Turns of the event loop that the first compilation is given before the server listens all the same. */
const FIRST_TURNS = 5_000;

/** Lets what the directory said first be served: it compiles in slices, and whoever asks first should not be answered from before it. */
async function caughtUp(places: Places, views: Views, environment: string): Promise<void> {
  const wanted = views.head(environment)?.head.revision ?? 0;
  for (let turns = 0; turns < FIRST_TURNS; turns += 1) {
    if ((places.get(environment)?.live.current().head.head.revision ?? 0) >= wanted) return;
    await setImmediate();
  }
}
