import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type Clock, createMemorySource, systemClock } from '@ombre/carry';
import { type Entry, encodeSnapshot, type Head } from '@ombre/decide';
import { afterEach } from 'vitest';
import { startGateway } from './gateway.ts';
import type { GatewayOptions } from './options.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An answer as the client saw it. */
export interface Seen {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly trailers: NodeJS.Dict<string>;
}

/** A gateway with an environment in memory and real servers behind it. All of it ends with the test. */
export function createStage() {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const later = (end: () => unknown): void => void ends.push(end);

  /** Starts a real server; answers its address. */
  async function serve(
    listener: RequestListener,
  ): Promise<{ readonly url: string; readonly server: Server }> {
    const server = createServer({ keepAliveTimeout: 60_000 }, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    later(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }

  async function gateway(
    entries: readonly Entry[],
    options: Partial<GatewayOptions> = {},
    clock: Clock = systemClock,
  ) {
    const source = createMemorySource({ trust: 'local', environment: 'shop/test' });
    let revision = 0;
    const put = (next: readonly Entry[]): void => {
      const encoded = encodeSnapshot(next, sha256);
      const head: Head = {
        environment: 'shop/test',
        lineage: 'l1',
        revision: ++revision,
        digest: encoded.digest,
      };
      source.publish(encoded, { head, issued: 0, expires: 1, key: 'k', signature: 's' });
    };
    if (entries.length > 0) put(entries);
    const running = await startGateway({
      receiver: { source, clock },
      flag: 'engine',
      listen: { host: '127.0.0.1', port: 0 },
      name: 'test-gateway',
      expose: true,
      // What has no snapshot yet is there to show what it answers then.
      ...(entries.length > 0 ? {} : { patience: 0 }),
      ...options,
    });
    let open = true;
    const close = async (): Promise<void> => {
      if (open) await running.close();
      open = false;
    };
    later(close);
    if (entries.length > 0) await running.receiver.started;
    /** Settles when the gateway serves it. */
    const publish = async (next: readonly Entry[]): Promise<void> => {
      put(next);
      const wanted = revision;
      await until(() => running.receiver.head?.revision === wanted);
    };
    return { ...running, publish, close, source };
  }

  /** Connects, writes and answers all that came until the other side closed. */
  function raw(url: string, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = dial(url);
      let heard = '';
      socket.on('data', (piece) => {
        heard += piece.toString('latin1');
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
      socket.write(text);
    });
  }

  function dial(url: string): Socket {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    later(() => socket.destroy());
    return socket;
  }

  return { serve, gateway, raw, dial, later };
}

/** A flag that shares its units between two upstreams, and one upstream for each. */
export function engine(old: string, next: string, share = 0.5, more: readonly Entry[] = []): Entry[] {
  return [
    {
      kind: 'Flag',
      name: 'engine',
      body: {
        type: 'string',
        variants: { v1: 'engine-v1', v2: 'engine-v2' },
        default: 'v1',
        off: 'v1',
        rules: [{ id: 'part', serve: { share, variant: 'v2' } }],
      },
    },
    upstream('engine-v1', [old]),
    upstream('engine-v2', [next]),
    ...more,
  ];
}

export function upstream(
  name: string,
  urls: readonly (string | { readonly url: string; readonly weight: number })[],
  more: { readonly timeout?: string; readonly fallback?: string } = {},
): Entry {
  const endpoints = urls.map((one) => (typeof one === 'string' ? { url: one } : one));
  return { kind: 'Upstream', name, body: { endpoints, ...more } };
}

/** One request on a connection of its own. Rejects where the answer is cut off. */
export function ask(
  url: string,
  path = '/',
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string | Buffer;
  } = {},
): Promise<Seen> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { method, headers, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(pieces).toString(),
          trailers: answer.trailers,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export function until<T>(wanted: () => T | undefined | false, within = 60_000): Promise<T> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const look = (): void => {
      const found = wanted();
      if (found !== undefined && found !== false) resolve(found);
      else if (performance.now() - began > within) reject(new Error('it did not come about'));
      else setTimeout(look, 5);
    };
    look();
  });
}
