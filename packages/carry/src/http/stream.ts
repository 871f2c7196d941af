import {
  createEventParser,
  parseSyncEvent,
  type ReceivedEvent,
  readSignedHead,
  type SignedSuccession,
  type SyncEvent,
} from '@ombre/protocol';
import type { Announced, Ended, SourceEvent } from '../source.ts';
import { MOST, protocolProblem, readJson } from './answer.ts';
import type { HttpAnswer } from './request.ts';

/** Hands on what the stream says until it ends. */
export async function followStream(
  { headers, body }: HttpAnswer,
  listen: (event: SourceEvent) => void,
): Promise<Ended> {
  const type = headers['content-type'];
  if (!type?.startsWith('text/event-stream')) {
    body.destroy();
    return protocolProblem(`the stream is ${type}`);
  }
  const parser = createEventParser(MOST);
  const decoder = new TextDecoder();
  let environment = '';
  for await (const bytes of body) {
    for (const received of parser.push(decoder.decode(bytes as Uint8Array, { stream: true }))) {
      const event = readEvent(received, environment);
      if (event === 'UNKNOWN') continue;
      if (event === 'MALFORMED') return protocolProblem(`the event ${received.event} cannot be read`);
      if (event.type === 'head' || event.type === 'resync')
        environment = event.announced.signed.head.environment;
      listen(event);
    }
  }
  return { problem: { code: 'UNREACHABLE', detail: 'the stream ended' } };
}

function readEvent(received: ReceivedEvent, environment: string): SourceEvent | 'UNKNOWN' | 'MALFORMED' {
  const parsed = parseSyncEvent(received, environment);
  if (!parsed.ok) return parsed.code;
  const event: SyncEvent = parsed.event;
  switch (event.type) {
    case 'head':
    case 'resync': {
      const { head, ...rest } = event;
      const announced = readAnnounced(readJson(received.data), head);
      return announced === undefined ? 'MALFORMED' : { ...rest, announced };
    }
    case 'delta':
      return {
        type: 'delta',
        announced: { signed: event.head },
        delta: event.delta,
        size: received.data.length,
      };
    case 'prepare':
      return { ...event, size: received.data.length };
    case 'commit': {
      const { head, ...rest } = event;
      return { ...rest, announced: { signed: head } };
    }
    case 'abort':
    case 'heartbeat':
      return event;
  }
}

/** A head with the succession records beside it. */
export function readAnnounced(data: unknown, known?: Announced['signed']): Announced | undefined {
  const signed = known ?? readSignedHead(data);
  if (signed === undefined) return undefined;
  const { successions } = data as { successions?: unknown };
  return Array.isArray(successions) && successions.every(isSuccession) ? { signed, successions } : { signed };
}

function isSuccession(value: unknown): value is SignedSuccession {
  if (typeof value !== 'object' || value === null) return false;
  const { payload, key, signature } = value as Record<string, unknown>;
  return typeof payload === 'string' && typeof key === 'string' && typeof signature === 'string';
}
