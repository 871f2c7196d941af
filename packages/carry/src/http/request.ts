import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The beginning of an answer; `body` is unpacked and ends with an error when the signal is given. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readable;
}

export type Send = (url: string, request: HttpRequest) => Promise<HttpAnswer>;

/**
 * Sends over kept connections. Node's own client rather than `fetch`, which opens a spare connection when a stream is given up and so
 * keeps a server that wants to close waiting. Redirects are answers like others.
 */
export function createSend(url: URL): Send {
  const secure = url.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const begin = secure ? requestHttps : requestHttp;

  return (address, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const request = begin(address, {
        method,
        agent,
        signal,
        headers: {
          'accept-encoding': 'gzip',
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: unpacked(response) });
      });
      request.end(body);
    });
}

function unpacked(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // What breaks the one breaks the other, and who reads hears of it there.
  return pipeline(response, createGunzip(), () => {});
}
