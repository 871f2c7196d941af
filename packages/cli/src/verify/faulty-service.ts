import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { evenly, type Random, seededRandom } from './random.ts';
import type { Fault, Operation } from './suite.ts';

/** Headers by which the traffic says who asks for what; the service under test sees them too. */
export const OPERATION = 'x-verify-operation';
export const attributeHeader = (index: number): string => `x-verify-attribute-${index}`;

/** Stands between the gateway and a service, and makes of its answers what the faults say. */
export interface FaultyService {
  readonly url: string;
  /** Takes the place of the faults before. */
  suffer(faults: readonly Fault[]): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * `headers` names the header of each attribute a fault may ask for. An operation is known by the header of whoever asks for it, and by
 * method and path where a caller asks, which knows nothing of it.
 */
export async function openFaultyService(
  target: string,
  headers: ReadonlyMap<string, string>,
  operations: Readonly<Record<string, Operation>>,
  random: Random,
): Promise<FaultyService> {
  let faults: readonly Fault[] = [];
  const pools = new Map<Fault, Pool>();
  // A stream of their own: what the traffic draws does not move them.
  const own = seededRandom(random() * 2 ** 32);
  const draws = new Map<Fault, { readonly slow: () => boolean; readonly fails: () => boolean }>();
  const kept = new Map<string, { readonly at: number; readonly answer: Answer }[]>();

  const direct = Object.entries(operations).filter(([, { at }]) => at === undefined);
  const paths = direct.map(([name, { method, path }]) => [name, method, pathPattern(path)] as const);

  function operationOf({ headers: { [OPERATION]: said }, method, url = '/' }: IncomingMessage) {
    if (direct.some(([name]) => name === said)) return said;
    return paths.find(([, asked, path]) => asked === method && path.test(url))?.[0];
  }

  const concerns = ({ only = {}, operation }: Fault, request: IncomingMessage): boolean =>
    (operation === undefined || operationOf(request) === operation) &&
    Object.entries(only).every(([name, value]) => request.headers[headers.get(name) ?? ''] === String(value));

  function drawsOf(fault: Fault) {
    const { errors = 0, latency } = fault;
    const known = draws.get(fault) ?? {
      slow: evenly(latency?.share ?? 0, own),
      fails: evenly(errors, own),
    };
    draws.set(fault, known);
    return known;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const suffered = faults.filter((fault) => concerns(fault, request));
    const leave: (() => void)[] = [];
    try {
      for (const fault of suffered) {
        const { latency, slowPool } = fault;
        if (slowPool !== undefined) {
          const pool = pools.get(fault) ?? createPool(slowPool.connections);
          pools.set(fault, pool);
          leave.push(await pool.enter());
          await wait(slowPool.hold);
        }
        if (latency !== undefined && drawsOf(fault).slow()) await wait(latency.add);
      }
      if (suffered.filter((fault) => drawsOf(fault).fails()).length > 0) {
        request.resume();
        send(response, {
          status: 500,
          headers: ['content-type', 'text/plain'],
          body: Buffer.from('a fault of ombre verify\n'),
        });
        return;
      }
      const fresh = await ask(target, request);
      const behind = Math.max(0, ...suffered.map(({ staleReads = 0 }) => staleReads));
      send(response, request.method === 'GET' ? remembered(request.url ?? '/', fresh, behind) : fresh);
    } finally {
      for (const one of leave) one();
    }
  }

  /** What a read answered some time ago; what it answers now where nobody asked then. */
  function remembered(path: string, fresh: Answer, behind: number): Answer {
    if (!faults.some(({ staleReads }) => staleReads !== undefined)) return fresh;
    const now = performance.now();
    const past = kept.get(path) ?? [];
    past.push({ at: now, answer: fresh });
    kept.set(path, past.slice(-200));
    return past.findLast(({ at }) => at <= now - behind)?.answer ?? fresh;
  }

  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    answer(request, response).catch(() => {
      // The service itself did not answer: neither does this one.
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    suffer(next) {
      faults = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What `{user}` and `{n}` may be filled in with. */
function pathPattern(path: string): RegExp {
  const literal = path.split(/\{(?:user|n)\}/).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literal.join('[^/?]+')}$`);
}

function ask(target: string, request: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...headers } = request.headers;
    const sent = forward(
      new URL(request.url ?? '/', target),
      { method: request.method, headers },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 502,
            headers: answer.rawHeaders,
            body: Buffer.concat(pieces),
          }),
        );
      },
    );
    sent.on('error', reject);
    request.on('error', reject);
    request.pipe(sent);
  });
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const passed = headers.filter(
    (_, at) =>
      !/^(?:connection|keep-alive|transfer-encoding|content-length)$/i.test(headers[at - (at % 2)] ?? ''),
  );
  response.writeHead(status, [...passed, 'content-length', String(body.length)]);
  response.end(body);
}

interface Pool {
  /** Waits for a place; answers how to give it up. */
  enter(): Promise<() => void>;
}

function createPool(places: number): Pool {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return leave;
    },
  };
}
