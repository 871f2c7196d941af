import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '@ombre/decide/model';
import { type Client, createClient, type Fetch } from '@ombre/protocol';
import { type Copy, copyFor } from './copy.ts';
import { attributeHeader, type FaultyService, openFaultyService } from './faulty-service.ts';
import { metricsSettle } from './metrics-settle.ts';
import { type Random, seededRandom } from './random.ts';
import type { RunningServices } from './start-services.ts';
import { callersOf, type Suite } from './suite.ts';
import { startTraffic, type Traffic, UNIT } from './traffic.ts';

/** What the services of the project have to say for a scenario to be played on them. */
export type ScenarioServices = Pick<RunningServices, 'urls' | 'gateway' | 'prometheus'>;

/** Everything a scenario is played on, running and warm; the release itself is not there yet. */
export interface ScenarioStage {
  readonly client: Client;
  /** The faulty stand-ins before the services, by the name of their Upstream. */
  readonly stands: ReadonlyMap<string, FaultyService>;
  readonly traffic: Traffic;
  /** What of the project was left out of the copy, and why. */
  readonly left: Copy['left'];
  /** Applies the release, so that it begins to climb. */
  begin(): Promise<void>;
  /** Ends every part, the last one opened first. */
  close(): Promise<void>;
}

/**
 * Opens a control plane in memory with a copy of the environment, faulty stand-ins before the services, a gateway before these, and users.
 * Where a part cannot be opened, those before it are closed again and its error is thrown.
 */
export async function openScenarioStage(
  suite: Suite,
  resources: readonly Resource[],
  services: ScenarioServices,
): Promise<ScenarioStage> {
  const opened: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let end = opened.pop(); end !== undefined; end = opened.pop()) await end();
  };
  try {
    const stage = await compose(suite, resources, services, (end) => opened.push(end));
    return { ...stage, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens part after part; `later` is told how each is closed. */
async function compose(
  suite: Suite,
  resources: readonly Resource[],
  { urls, gateway: port, prometheus }: ScenarioServices,
  later: (end: () => unknown) => void,
): Promise<Omit<ScenarioStage, 'close'>> {
  const [{ startServer }, { startGateway }] = await Promise.all([
    import('@ombre/server'),
    import('@ombre/gateway'),
  ]);
  const random = seededRandom(suite.traffic.seed);
  const attributes = new Map(
    Object.keys(suite.traffic.attributes).map((name, index) => [name, attributeHeader(index)]),
  );
  const stands = await openStands(suite, urls, attributes, random, later);
  const upstreams = new Map([...stands].map(([name, { url }]) => [name, url]));
  const copy = copyFor(resources, suite.verify, upstreams, suite.hold, prometheus !== undefined);

  const folder = mkdtempSync(join(tmpdir(), 'ombre-verify-'));
  later(() => rmSync(folder, { recursive: true, force: true }));
  const environment = 'verify/copy';
  const server = await startServer({
    dataDirectory: folder,
    database: 'memory:',
    environment,
    port: 0,
    ...(prometheus === undefined ? {} : { prometheus }),
  });
  later(() => server.close());
  const client = createClient({
    url: server.url,
    token: server.writeToken,
    fetch: globalThis.fetch as unknown as Fetch,
  });
  const isRelease = ({ kind }: Resource): boolean => kind === 'Release';
  await apply(
    client,
    copy.resources.filter((one) => !isRelease(one)),
    false,
  );

  const headers = Object.fromEntries([...attributes].map(([name, header]) => [name, `header:${header}`]));
  const gateway = await startGateway({
    receiver: { source: server.url, environment, token: server.writeToken },
    flag: copy.spec.flag,
    listen: { host: '127.0.0.1', port },
    name: 'verify',
    units: [`header:${UNIT}`],
    attributes: { ...headers, ...(copy.unit === undefined ? {} : { [copy.unit]: `header:${UNIT}` }) },
    expose: true,
    grace: 1_000,
  });
  later(() => gateway.close());
  await gateway.receiver.started;

  const traffic = startTraffic(gateway.url, urls, suite.traffic, random);
  later(() => traffic.stop());
  await traffic.warm();
  if (prometheus !== undefined) await metricsSettle(prometheus, copy.spec.guards ?? []);
  return {
    client,
    stands,
    traffic,
    left: copy.left,
    begin: () => apply(client, copy.resources.filter(isRelease), true),
  };
}

/** One before each service, but for those that call the others. */
async function openStands(
  suite: Suite,
  urls: RunningServices['urls'],
  attributes: ReadonlyMap<string, string>,
  random: Random,
  later: (end: () => unknown) => void,
): Promise<ReadonlyMap<string, FaultyService>> {
  const stands = new Map<string, FaultyService>();
  const callers = callersOf(suite);
  for (const [name, url] of urls) {
    if (callers.has(name)) continue;
    const stand = await openFaultyService(url, attributes, suite.traffic.operations, random);
    later(() => stand.close());
    stands.set(name, stand);
  }
  return stands;
}

/** Throws where the control plane refuses what it is given: then the copy is not what the project's own control plane would take. */
async function apply(client: Client, resources: readonly Resource[], partial: boolean): Promise<void> {
  const applied = await client.apply({
    origin: 'api',
    resources,
    partial,
    why: 'ombre verify',
    author: 'ombre verify',
  });
  if (!applied.ok)
    throw new Error(`the copy was refused: ${applied.failure.code}: ${applied.failure.message}`);
}
