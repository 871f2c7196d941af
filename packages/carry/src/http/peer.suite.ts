import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { diffSnapshots, type Encoded, type Entry, encodeSnapshot, type SignedHead } from '@ombre/decide';
import {
  type Acknowledgement,
  formatSnapshot,
  formatSyncEvent,
  parsePosition,
  type SignedSuccession,
} from '@ombre/protocol';
import { sha256 } from '../sha256.ts';
import { type Keys, makeKeys, signHead } from '../signing.suite.ts';

export interface PeerOptions {
  readonly keys?: Keys;
  readonly port?: number;
  readonly heartbeat?: number;
  readonly lineage?: string;
  readonly environment?: string;
  /** Milliseconds until heads expire. */
  readonly lasts?: number;
}

/** The control plane's side of the sync protocol and nothing more, with every fault a test may want. */
export interface Peer {
  readonly url: string;
  readonly port: number;
  keys: Keys;
  successions: readonly SignedSuccession[];
  /** Answers a request in the peer's place; true if it did. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly requests: { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
  readonly acknowledged: Acknowledgement[];
  readonly streams: Set<ServerResponse>;
  set(entries: readonly Entry[]): void;
  /** Writes to all streams as it is. */
  say(text: string): void;
  /** Ends all streams; the peer goes on listening. */
  cut(): void;
  /** As kill -9: every socket at once. */
  kill(): Promise<void>;
}

interface Version {
  readonly signed: SignedHead;
  readonly encoded: Encoded;
}

export async function startPeer(options: PeerOptions = {}): Promise<Peer> {
  const { heartbeat = 1_000, lineage = 'a', environment = 'shop/live', lasts = 3_600_000 } = options;
  const versions: Version[] = [];
  const streams = new Set<ServerResponse>();

  const server = createServer((request, response) => {
    const url = request.url ?? '';
    peer.requests.push({ url, headers: request.headers });
    if (peer.intercept?.(request, response) === true) return;
    const path = url.replace(/^\/p\/[^/]+\/[^/]+/, '').replace(/\?.*/, '');
    const last = versions.at(-1);
    if (last === undefined) return void response.writeHead(404).end();
    if (path === '/v1/sync/head') return json(response, { ...last.signed, successions: peer.successions });
    if (path === '/v1/sync/ack') return acknowledge(request, response);
    if (path === '/v1/sync/stream') return stream(request, response, last);
    const digest = path.replace('/v1/sync/snapshots/', '');
    const found = versions.find(({ encoded }) => encoded.digest === digest);
    if (found === undefined) return json(response, failure('SNAPSHOT_GONE'), 410);
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(formatSnapshot(found.encoded)));
  });

  function acknowledge(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      peer.acknowledged.push(JSON.parse(body));
      json(response, { lease: 9_000, lineage, revision: versions.length });
    });
  }

  function stream(request: IncomingMessage, response: ServerResponse, last: Version): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    streams.add(response);
    response.on('close', () => streams.delete(response));
    const opening = { head: last.signed, heartbeat, successions: peer.successions };
    const at = parsePosition(String(request.headers['last-event-id']));
    const from = versions.findIndex(
      ({ signed: { head } }) => head.lineage === at?.lineage && head.revision === at.revision,
    );
    if (from < 0) {
      response.write(formatSyncEvent({ type: 'resync', ...opening, within: 50 }));
      return;
    }
    response.write(formatSyncEvent({ type: 'head', ...opening }));
    for (let i = from + 1; i < versions.length; i++) response.write(delta(versions[i - 1], versions[i]));
  }

  function delta(from: Version | undefined, to: Version | undefined): string {
    if (from === undefined || to === undefined) throw new Error('no such version');
    const made = diffSnapshots(from.encoded, from.signed.head, to.encoded, to.signed.head);
    return formatSyncEvent({ type: 'delta', head: to.signed, delta: { ...made, from: made.from.revision } });
  }

  const beats = setInterval(() => {
    const text = formatSyncEvent({ type: 'heartbeat', revision: versions.at(-1)?.signed.head.revision ?? 0 });
    for (const one of streams) one.write(text);
  }, heartbeat / 2);

  const peer: Peer = {
    url: '',
    port: 0,
    keys: options.keys ?? makeKeys(),
    successions: [],
    intercept: undefined,
    requests: [],
    acknowledged: [],
    streams,
    set(entries) {
      const encoded = encodeSnapshot(entries, sha256);
      const head = { environment, lineage, revision: versions.length + 1, digest: encoded.digest };
      const signed = signHead(head, peer.keys, Date.now(), Date.now() + lasts);
      const version = { signed, encoded };
      const before = versions.at(-1);
      versions.push(version);
      if (before !== undefined) peer.say(delta(before, version));
    },
    say(text) {
      for (const one of streams) one.write(text);
    },
    cut() {
      for (const one of streams) one.end();
    },
    async kill() {
      clearInterval(beats);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(peer, { port, url: `http://127.0.0.1:${port}` });
}

export function failure(code: string): { code: string; message: string; doc: string } {
  return { code, message: 'as the test says', doc: 'docs/errors.md' };
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
