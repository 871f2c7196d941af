import type { ServerResponse } from 'node:http';
import type { Clock } from '@ombre/carry';
import { COMMENT } from '@ombre/protocol';

/** Open event streams of one kind. What is sent to all is encoded once. */
export interface Hub {
  /** Sends the head of the answer and `opening`, then whatever is broadcast until either side ends. `false` where the hub is full or ended. */
  open(response: ServerResponse, opening: string, headers?: Readonly<Record<string, string>>): boolean;
  /** To everybody, in the order of calls; sockets are served in slices, so that a thousand of them do not hold up requests. */
  broadcast(text: string): void;
  readonly size: number;
  /** Streams cut for their backlog since the start. */
  readonly cut: number;
  end(): void;
}

export interface HubOptions {
  readonly clock: Clock;
  /** Streams at most. */
  readonly limit: number;
  /** Milliseconds between signs of life. */
  readonly heartbeat: number;
  /** What a sign of life says; a comment unless said. */
  readonly alive?: () => string;
  /** Bytes a socket may owe before it is cut: it reconnects and resumes. */
  readonly backlog?: number;
  readonly onClose?: (response: ServerResponse) => void;
}

const MIB = 1024 * 1024;
/** Sockets written to before other work gets its turn: about 2 ms. */
const SLICE = 100;

export function createHub(options: HubOptions): Hub {
  const { clock, limit, backlog = MIB } = options;
  const streams = new Set<ServerResponse>();
  const queue: { text: Framed; to: ServerResponse[]; at: number }[] = [];
  let draining = false;
  let ended = false;
  let cut = 0;
  let stop = beat();

  function beat(): () => void {
    return clock.after(options.heartbeat, () => {
      stop = beat();
      if (streams.size > 0) broadcast(options.alive?.() ?? COMMENT);
    });
  }

  function broadcast(text: string): void {
    if (streams.size === 0) return;
    queue.push({ text: framed(text), to: [...streams], at: 0 });
    if (!draining) drain();
  }

  function drain(): void {
    const job = queue[0];
    draining = job !== undefined;
    if (job === undefined) return;
    const end = Math.min(job.at + SLICE, job.to.length);
    for (; job.at < end; job.at++) write(job.to[job.at] as ServerResponse, job.text);
    if (job.at === job.to.length) queue.shift();
    if (queue.length > 0) setImmediate(drain);
    else draining = false;
  }

  function write(response: ServerResponse, text: Framed): void {
    if (!streams.has(response)) return;
    // Framed once for all: the response itself would make four pieces of it for each socket.
    if (response.socket !== null && response.chunkedEncoding) response.socket.write(text.chunk);
    else response.write(text.plain);
    if (response.writableLength > backlog) {
      cut++;
      response.destroy();
    }
  }

  return {
    open(response, opening, headers = {}) {
      if (ended || streams.size >= limit) return false;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        // Nothing follows a stream on its connection, so that an end is one.
        connection: 'close',
        ...headers,
      });
      response.socket?.setNoDelay(true);
      // Proxies and browsers wait for a first byte before they say that the stream is open.
      response.write(opening === '' ? COMMENT : opening);
      streams.add(response);
      response.on('error', () => {});
      response.on('close', () => {
        streams.delete(response);
        options.onClose?.(response);
      });
      return true;
    },
    broadcast,
    get size() {
      return streams.size;
    },
    get cut() {
      return cut;
    },
    end() {
      ended = true;
      stop();
      queue.length = 0;
      for (const response of streams) response.end();
    },
  };
}

/** A text as bytes, and as one chunk of a chunked answer (RFC 9112, 7.1). */
interface Framed {
  readonly plain: Buffer;
  readonly chunk: Buffer;
}

function framed(text: string): Framed {
  const plain = Buffer.from(text);
  const chunk = Buffer.concat([Buffer.from(`${plain.length.toString(16)}\r\n`), plain, Buffer.from('\r\n')]);
  return { plain, chunk };
}
