import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { AllowList } from './allow-list.ts';

export interface OutwardRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds until the whole answer must have arrived. */
  readonly timeout: number;
}

/** `ours`: nothing can be said of the other side, since this one did not or could not ask. `detail` names the host, never a path or query. */
export type Answer =
  | { readonly ok: true; readonly status: number; readonly retryAfter?: number; readonly body: string }
  | { readonly ok: false; readonly code: NoAnswer; readonly ours: boolean; readonly detail: string };

export type NoAnswer = 'EGRESS_REFUSED' | 'STOPPED' | 'TIMEOUT' | 'UNREACHABLE' | 'NOT_A_URL';

/** Calls a URL. Never throws. */
export type Call = (url: string, request: OutwardRequest, signal: AbortSignal) => Promise<Answer>;

/** Every name's addresses. Throws as `dns.lookup` does. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** How much of an answer is read. */
const LONGEST_BODY = 64 * 1024;

/**
 * The one way out: a name is resolved once, judged, and connected to at the address that was judged, so that nothing can
 * change in between. Redirects are not followed, proxies of the environment not used, connections not kept.
 */
export function createCall(allow: AllowList, resolve: Resolve = systemResolve): Call {
  return async (text, request, signal) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      return none('NOT_A_URL', true, 'not an http or https URL');
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
    const deadline = startDeadline(request.timeout);
    const either = AbortSignal.any([signal, deadline.signal]);
    try {
      const found = isIP(host) === 0 ? await unless(either, resolve(host)) : [host];
      const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
      const allowed = allow(host.toLowerCase(), port, found);
      if (!allowed.ok) return none('EGRESS_REFUSED', true, allowed.detail);
      return await exchange(url, request, allowed.addresses, either);
    } catch (error) {
      if (signal.aborted) return none('STOPPED', true, `the call to ${url.host} was stopped`);
      if (deadline.signal.aborted)
        return none('TIMEOUT', false, `${url.host} did not answer within ${request.timeout} ms`);
      const code = (error as NodeJS.ErrnoException).code ?? 'error';
      return none('UNREACHABLE', OUR_FAULTS.has(code), `${url.host} cannot be reached (${code})`);
    } finally {
      deadline.stop();
    }
  };
}

/** A timer that rings later than this, in ms, rings after a standstill of this very process. */
const STANDSTILL = 100;

/**
 * Aborts after so many milliseconds. After a standstill the timer rings before what came meanwhile is read: then the other side has once as
 * much time again as was lost, so that it is not late because this process was.
 */
function startDeadline(milliseconds: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const due = performance.now() + milliseconds;
  const end = (): void => controller.abort();
  let timer = setTimeout(() => {
    const late = performance.now() - due;
    if (late > STANDSTILL) timer = setTimeout(end, Math.min(late, milliseconds));
    else end();
  }, milliseconds);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

/** No name server, no network, no descriptor left: that says nothing of the other side. */
const OUR_FAULTS = new Set(['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EMFILE', 'ENFILE', 'EADDRNOTAVAIL']);

function none(code: NoAnswer, ours: boolean, detail: string): Answer {
  return { ok: false, code, ours, detail };
}

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((fulfil, reject) => {
    const stop = (): void => reject(new Error('stopped'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(fulfil, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function exchange(
  url: URL,
  { method, headers = {}, body }: OutwardRequest,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Answer> {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  const options: RequestOptions = {
    method,
    headers: {
      accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
      'user-agent': 'ombre',
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    },
    agent: false,
    signal,
    lookup: (_, asked, callback) => {
      const [first = { address: '', family: 0 }] = found;
      if (asked.all === true) callback(null, found);
      else callback(null, first.address, first.family);
    },
  };
  return new Promise((fulfil, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = open(url, options, (incoming) => {
      read(incoming).then((text) => fulfil(answerOf(incoming, text)), reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): Answer {
  const seconds = Number(headers['retry-after']);
  const waits = Number.isFinite(seconds) && seconds >= 0;
  return { ok: true, status: statusCode, ...(waits ? { retryAfter: seconds * 1000 } : {}), body };
}

/** The beginning of the answer; what is longer is cut off. */
async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= LONGEST_BODY) break;
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_BODY).toString('utf8');
}
