import type { Readable } from 'node:stream';
import { readFailure } from '@ombre/protocol';
import type { ProblemCode } from '../problem.ts';
import { type Ended, SourceError } from '../source.ts';

/** The most characters of a snapshot, and of one event. */
export const MOST: number = 256 * 1024 * 1024;

/** The whole body as text, within the limit of size. */
export async function readAll(body: Readable): Promise<string> {
  const pieces: string[] = [];
  await readPieces(body, (piece) => pieces.push(piece));
  return pieces.join('');
}

/** The body as pieces of text as they come, within the limit of size. */
export async function readPieces(body: Readable, take: (piece: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let length = 0;
  for await (const bytes of body) {
    const piece = decoder.decode(bytes as Uint8Array, { stream: true });
    length += piece.length;
    if (length > MOST) throw new SourceError(protocolProblem(`the answer is longer than ${MOST}`));
    take(piece);
  }
  take(decoder.decode());
}

const codes: Readonly<Record<number, ProblemCode>> = {
  401: 'UNAUTHORIZED',
  403: 'UNAUTHORIZED',
  404: 'NOT_FOUND',
  429: 'OVERLOADED',
  503: 'OVERLOADED',
};

/** What an answer that is no success means to a receiver. */
export function refusal(
  status: number,
  body: string,
  retryAfter: string | undefined,
  now: number,
): SourceError {
  const failure = readFailure(readJson(body));
  const detail = failure === undefined ? `status ${status}` : `${status} ${failure.code}: ${failure.message}`;
  const wait = readRetryAfter(retryAfter, now);
  const problem = { code: codes[status] ?? 'UNREACHABLE', detail };
  return new SourceError(wait === undefined ? { problem } : { problem, retryAfter: wait });
}

/** Milliseconds of a Retry-After, which is seconds or a date (RFC 9110, 10.2.3); at most an hour, whatever it says. */
function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const wait = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), 3_600_000);
}

/** An answer that is not what the protocol says. */
export function protocolProblem(detail: string): Ended {
  return { problem: { code: 'PROTOCOL', detail } };
}

/** Undefined where the text is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
