import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '@ombre/decide/model';
import { createClient, type Fetch, type ReleaseView } from '@ombre/protocol';
import { type Copy, copyFor } from './copy.ts';
import { attributeHeader, type FaultyService, openFaultyService } from './faulty-service.ts';
import { metricsSettle } from './metrics-settle.ts';
import { seededRandom } from './random.ts';
import type { RunningServices } from './start-services.ts';
import { callersOf, type Fault, type Scenario, type Suite } from './suite.ts';
import { type Sample, startTraffic, UNIT } from './traffic.ts';

/** What a scenario came to. Times in ms of the monotonic clock. */
export interface Run {
  readonly view: ReleaseView;
  /** It came to an end by itself and was not cut off. */
  readonly over: boolean;
  readonly began: number;
  readonly ended: number;
  /** When the first fault began; undefined where none has. */
  readonly faultBegan: number | undefined;
  readonly samples: readonly Sample[];
  /** Longest time, ms, in which what plays all this stood still: times shorter than that mean nothing. */
  readonly stalled: number;
  readonly left: Copy['left'];
}

/** How often the release is looked at, in ms. */
const LOOK = 100;
/** Traffic before the release begins, so that there is something to compare with, and after its end. */
const AROUND = 1_000;

/**
 * Plays one scenario: a control plane in memory with a copy of the environment, a gateway, faulty stand-ins before the services behind
 * it, users. `tell` is told each change of where the release stands. All of it is closed again.
 */
export async function runScenario(
  suite: Suite,
  { expect, faults }: Scenario,
  resources: readonly Resource[],
  { urls, gateway: port, prometheus }: Pick<RunningServices, 'urls' | 'gateway' | 'prometheus'>,
  tell: (view: ReleaseView, at: number) => void,
): Promise<Run> {
  const [{ startServer }, { startGateway }] = await Promise.all([
    import('@ombre/server'),
    import('@ombre/gateway'),
  ]);
  const opened: (() => unknown)[] = [];
  const later = (end: () => unknown): void => void opened.push(end);
  try {
    const random = seededRandom(suite.traffic.seed);
    const attributes = new Map(
      Object.keys(suite.traffic.attributes).map((name, index) => [name, attributeHeader(index)]),
    );
    const stands = new Map<string, FaultyService>();
    const callers = callersOf(suite);
    for (const [name, url] of urls) {
      if (callers.has(name)) continue;
      const stand = await openFaultyService(url, attributes, suite.traffic.operations, random);
      later(() => stand.close());
      stands.set(name, stand);
    }
    const upstreams = new Map([...stands].map(([name, { url }]) => [name, url]));
    const {
      resources: copied,
      spec,
      unit,
      left,
    } = copyFor(resources, suite.verify, upstreams, suite.hold, prometheus !== undefined);

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
    const apply = async (set: readonly Resource[], partial: boolean): Promise<void> => {
      const applied = await client.apply({
        origin: 'api',
        resources: set,
        partial,
        why: 'ombre verify',
        author: 'ombre verify',
      });
      if (!applied.ok)
        throw new Error(`the copy was refused: ${applied.failure.code}: ${applied.failure.message}`);
    };
    await apply(
      copied.filter((one) => !isRelease(one)),
      false,
    );

    const headers = Object.fromEntries([...attributes].map(([name, header]) => [name, `header:${header}`]));
    const gateway = await startGateway({
      receiver: { source: server.url, environment, token: server.writeToken },
      flag: spec.flag,
      listen: { host: '127.0.0.1', port },
      name: 'verify',
      units: [`header:${UNIT}`],
      attributes: { ...headers, ...(unit === undefined ? {} : { [unit]: `header:${UNIT}` }) },
      expose: true,
      grace: 1_000,
    });
    later(() => gateway.close());
    await gateway.receiver.started;

    const traffic = startTraffic(gateway.url, urls, suite.traffic, random);
    later(() => traffic.stop());
    await traffic.warm();
    if (prometheus !== undefined) await metricsSettle(prometheus, spec.guards ?? []);
    const began = performance.now();
    await rest(AROUND);
    await apply(copied.filter(isRelease), true);

    let view: ReleaseView | undefined;
    let version = -1;
    const since = new Map<Fault, number>();
    const deadline = began + expect.within;
    for (;;) {
      const answer = await client.release(suite.verify);
      const now = performance.now();
      if (answer.ok) {
        view = answer.value;
        if (view.version !== version) tell(view, now - began);
        version = view.version;
      }
      for (const fault of faults)
        if (!since.has(fault) && hasBegun(fault, now - began, view)) since.set(fault, now);
      for (const [name, stand] of stands) {
        const suffered = faults.filter(
          (fault) => fault.upstream === name && lasts(fault, since.get(fault), now),
        );
        stand.suffer(suffered);
      }
      if ((view !== undefined && isOver(view, expect.outcome)) || now > deadline) break;
      await rest(LOOK);
    }
    if (view === undefined) throw new Error(`the release ${suite.verify} was never seen`);
    const over = isOver(view, expect.outcome);
    await rest(AROUND);
    await traffic.stop();
    const begins = [...since.values()];
    return {
      view,
      over,
      began,
      ended: performance.now(),
      faultBegan: begins.length === 0 ? undefined : Math.min(...begins),
      samples: traffic.samples,
      stalled: traffic.stalled,
      left,
    };
  } finally {
    for (const end of opened.reverse()) await end();
  }
}

function hasBegun({ begins }: Fault, passed: number, view: ReleaseView | undefined): boolean {
  if (begins === undefined) return true;
  if ('after' in begins) return passed >= begins.after;
  return view?.ladder.some(({ name, reached }) => reached && name === begins.level) === true;
}

function lasts({ lasts: long }: Fault, since: number | undefined, now: number): boolean {
  return since !== undefined && (long === undefined || now < since + long);
}

/** A frozen release may go on by itself, so it is an end only where it is the one expected. */
function isOver({ phase }: ReleaseView, expected: string): boolean {
  return phase === 'completed' || phase === 'rolled-back' || (phase === 'frozen' && expected === 'frozen');
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
