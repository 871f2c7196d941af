import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Receiver } from '../receiver/receiver.ts';
import { asKillOrder, KILL_REFUSALS, type KillOrder, type KillRefusal } from './kill-order.ts';

/** Where receivers answer for break-glass, unless an address says otherwise. */
export const BREAK_GLASS_PATH = '/v1/break-glass';

/** What the door tells an operator, who signs for this environment and lineage, and peers, who take the kills. */
export interface BreakGlassView {
  readonly environment: string;
  readonly lineage: string;
  readonly revision: number;
  /** Those that this receiver carries out by itself. */
  readonly kills: readonly KillOrder[];
}

/** The most bytes of an order. */
const LONGEST = 16 * 1024;

const statuses: Readonly<Partial<Record<KillRefusal, number>>> = {
  KILL_UNSUPPORTED: 503,
  KILL_UNTRUSTED: 403,
  KILL_EXPIRED: 410,
  KILL_UNKNOWN_FLAG: 404,
  KILL_TAKEN_OVER: 409,
};

/**
 * A request handler of Node that is a receiver's door for break-glass: GET answers {@link BreakGlassView}, POST takes a {@link KillOrder}, whose
 * signature is its permission. Mount it on any path, best where only operators and peers reach it.
 */
export function breakGlassDoor(
  receiver: Receiver,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(receiver, request).then(
      ([status, body]) => {
        const text = `${JSON.stringify(body)}\n`;
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : text);
      },
      // The connection broke while its body was read: nobody is there to be answered.
      () => response.destroy(),
    );
  };
}

type Said = readonly [status: number, body: unknown];

async function answer(receiver: Receiver, request: IncomingMessage): Promise<Said> {
  if (request.method === 'GET' || request.method === 'HEAD') return view(receiver);
  if (request.method !== 'POST') return [405, { code: 'METHOD', message: 'GET or POST.' }];
  const text = await readBody(request);
  const order = asKillOrder(readJson(text ?? ''));
  if (order === undefined) return refused('KILL_MALFORMED');
  const result = await receiver.kill(order);
  return result.ok ? [200, { ok: true }] : refused(result.code);
}

function view({ head, kills }: Receiver): Said {
  if (head === undefined) return refused('KILL_UNSUPPORTED');
  const { environment, lineage, revision } = head;
  return [200, { environment, lineage, revision, kills } satisfies BreakGlassView];
}

function refused(code: KillRefusal): Said {
  return [statuses[code] ?? 400, { code, message: KILL_REFUSALS[code] }];
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    // The rest is read and dropped, so that the answer arrives.
    if (length <= LONGEST) parts.push(part);
  }
  return length > LONGEST ? undefined : Buffer.concat(parts).toString('utf8');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
