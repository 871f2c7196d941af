import { setTimeout as wait } from 'node:timers/promises';
import {
  basePath,
  createEventParser,
  type ReceivedEvent,
  type ReleaseLogLine,
  type ReleaseView,
  routePath,
} from '@ombre/protocol';
import type { Connection } from '../../connection.ts';

/** What a release's stream says: where it stands now, a line of its log, or that nobody answers for the moment. */
export type Followed =
  | { readonly view: ReleaseView; readonly log?: never; readonly lost?: never }
  | { readonly log: ReleaseLogLine; readonly view?: never; readonly lost?: never }
  | { readonly lost: string; readonly view?: never; readonly log?: never };

/** How long until a broken stream is asked for again, in ms. */
const AGAIN = 1_000;

/**
 * Follows a release until the signal or until whoever reads stops. A stream that breaks is resumed after the last event seen; `lost` is
 * said once for each time nobody answers.
 */
export async function* followRelease(
  connection: Connection,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Followed> {
  let last: string | undefined;
  let lost = false;
  while (!signal.aborted) {
    try {
      for await (const event of open(connection, name, last, signal)) {
        lost = false;
        last = event.id ?? last;
        const followed = read(event);
        if (followed !== undefined) yield followed;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!lost) yield { lost: (error as Error).message };
      lost = true;
    }
    await wait(AGAIN, undefined, { signal }).catch(() => {});
  }
}

async function* open(
  { url, token, environment }: Connection,
  name: string,
  last: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ReceivedEvent> {
  const path = `${url.replace(/\/+$/, '')}${basePath(environment)}${routePath('releaseEvents', { name })}`;
  const response = await fetch(path, {
    signal,
    headers: {
      accept: 'text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(last === undefined ? {} : { 'last-event-id': last }),
    },
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`answered ${response.status}`);
  }
  const parser = createEventParser();
  const text = new TextDecoder();
  for await (const piece of response.body) yield* parser.push(text.decode(piece, { stream: true }));
}

function read({ event, data }: ReceivedEvent): Followed | undefined {
  if (event === 'view') return { view: JSON.parse(data) as ReleaseView };
  return event === 'event' ? { log: JSON.parse(data) as ReleaseLogLine } : undefined;
}
