import { createEventParser, type ReceivedEvent } from '@ombre/protocol';

/** A stream of events as a client reads it. */
export interface ReadStream {
  readonly status: number;
  /** All that has come so far. */
  readonly events: readonly ReceivedEvent[];
  /** What the server last asked clients to wait before they come back, in milliseconds. */
  retry(): number | undefined;
  /** Waits until so many have come. */
  next(count: number): Promise<void>;
  /** Waits until such a one has come. */
  until(is: (event: ReceivedEvent) => boolean): Promise<void>;
  close(): void;
}

/** Opens a stream, after the event of that id if one is given. */
export async function readStream(url: string, last?: string): Promise<ReadStream> {
  const stop = new AbortController();
  const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
  const response = await fetch(url, { headers, signal: stop.signal });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const parser = createEventParser();
  const events: ReceivedEvent[] = [];
  async function come(enough: () => boolean): Promise<void> {
    while (!enough()) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`the stream ended after ${JSON.stringify(events)}`);
      events.push(...parser.push(decoder.decode(value, { stream: true })));
    }
  }
  return {
    status: response.status,
    events,
    retry: () => parser.retry,
    next: (count) => come(() => events.length >= count),
    until: (is) => come(() => events.some(is)),
    close: () => stop.abort(),
  };
}
