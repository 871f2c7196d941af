import { type ClientRequest, request as httpRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { type Refusal, refusalAnswer } from '../refusal.ts';
import { nextEndpoint, type Upstream } from '../upstream/upstream.ts';
import type { BaggageFor } from './baggage.ts';
import { responseHeaders } from './response-headers.ts';

export interface UpgradeOptions {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent behind its request already. */
  readonly head: Buffer;
  readonly upstream: Upstream;
  readonly path: string;
  readonly requestHeaders: string[];
  readonly baggage: BaggageFor;
  readonly ownHeaders: readonly string[];
  readonly now: () => number;
  /** Calls once after so many milliseconds of `now`; the answer cancels. */
  readonly after: (milliseconds: number, call: () => void) => () => void;
  /** Called once, with the handshake: the connection it makes may last for days. */
  readonly ended: (ending: 'answered' | 'failed' | 'left', took: number) => void;
}

/** Passes a WebSocket handshake on and, where the upstream agrees, joins both connections; else its answer goes back. */
export function passUpgrade(options: UpgradeOptions): void {
  const { request, socket, head, upstream, path, now, after } = options;
  const began = now();
  let over = false;
  const end = (ending: 'answered' | 'failed' | 'left'): void => {
    if (over) return;
    over = true;
    stopWaiting();
    options.ended(ending, now() - began);
  };
  const fail = (refusal: Refusal): void => {
    if (!over) refuseUpgrade(socket, refusal);
    end('failed');
  };
  const endpoint = nextEndpoint(upstream.balancer, [], now());
  if (endpoint === undefined) {
    options.ended('failed', 0);
    refuseUpgrade(socket, { code: 'UPSTREAM_REFUSED' });
    return;
  }
  const { url, prefix } = endpoint;
  const carried = options.baggage(url);
  const onward: ClientRequest = (url.protocol === 'https:' ? httpsRequest : httpRequest)({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    ...(url.protocol === 'https:' ? { servername: url.hostname } : {}),
    method: request.method,
    path: prefix + path,
    headers: [
      ...options.requestHeaders,
      ...(carried === undefined ? [] : ['baggage', carried]),
      'connection',
      'Upgrade',
      'upgrade',
      'websocket',
    ] as never,
    agent: false,
  });
  const stopWaiting = after(upstream.timeout, () => {
    fail({ code: 'UPSTREAM_TIMEOUT' });
    onward.destroy();
  });

  socket.on('error', () => onward.destroy());
  socket.on('close', () => {
    end('left');
    onward.destroy();
  });
  onward.on('error', () => {
    fail({ code: 'UPSTREAM_FAILED' });
  });
  onward.on('upgrade', (answer, onwardSocket: Duplex, onwardHead: Buffer) => {
    end('answered');
    onwardSocket.on('error', () => socket.destroy());
    onwardSocket.on('close', () => socket.destroy());
    socket.on('close', () => onwardSocket.destroy());
    if (socket.destroyed) return void onwardSocket.destroy();
    const headers = responseHeaders(answer.rawHeaders, ['connection', 'Upgrade', 'upgrade', 'websocket']);
    socket.write(headText(101, answer.statusMessage, [...headers, ...options.ownHeaders]));
    if (onwardHead.length > 0) socket.write(onwardHead);
    if (head.length > 0) onwardSocket.write(head);
    socket.pipe(onwardSocket).pipe(socket);
  });
  onward.on('response', (answer) => {
    const status = answer.statusCode ?? 502;
    const headers = responseHeaders(answer.rawHeaders, [...options.ownHeaders, 'connection', 'close']);
    socket.write(headText(status, answer.statusMessage, headers));
    answer.on('error', () => socket.destroy());
    // Read to its end by the close of the connection, where it announces no length.
    answer.pipe(socket);
    end(status >= 500 ? 'failed' : 'answered');
  });
  onward.end();
}

/** Answers on the bare connection and closes it. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const { status, headers, body } = refusalAnswer(refusal);
  if (socket.destroyed) return;
  socket.on('error', () => socket.destroy());
  socket.end(headText(status, undefined, [...headers, 'connection', 'close']) + body);
}

function headText(status: number, message: string | undefined, headers: readonly string[]): string {
  const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1] ?? ''}`] : []));
  return `HTTP/1.1 ${status} ${message ?? STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`;
}
