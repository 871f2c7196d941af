import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeSnapshot, type SignedHead } from '@ombre/decide';
import { parseSyncEvent, type ReceivedEvent } from '@ombre/protocol';
import { afterEach, expect, test } from 'vitest';
import { manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { sha256 } from '../store/sha256.ts';
import type { Live } from './live.ts';
import { readStream } from './read-stream.suite.ts';
import { createStreams } from './stream.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function spoken(event: ReceivedEvent): string | undefined {
  const parsed = parseSyncEvent(event, 'p/e');
  const told = parsed.ok ? parsed.event : undefined;
  return told?.type === 'head' ? `head by ${told.head.key}` : told?.type;
}

/** An environment that stays at its revision, and one who reads a stream of it: `sign` signs its head anew, `pass` makes time change answers. */
async function open(kind: 'sync' | 'evaluation') {
  const clock = manualClock();
  const encoded = encodeSnapshot([], sha256);
  const head = { environment: 'p/e', lineage: 'l', revision: 7, digest: encoded.digest };
  let signed: SignedHead = { head, issued: 1, expires: 2, key: 'old', signature: 'by-old' };
  let state = 0;
  let listener: Parameters<Live['subscribe']>[0] = () => {};
  const live = {
    current: () => ({ head: signed, encoded, snapshot: undefined as never, state: `l:7:${state}` }),
    signed: () => signed,
    subscribe: (one: typeof listener) => {
      listener = one;
      return () => {};
    },
    close: () => {},
  } satisfies Live;
  const streams = createStreams({
    environment: 'p/e',
    live,
    successions: () => [],
    views: { head: () => signed, delta: () => 'resync' },
    clock,
    limit: 10,
    heartbeat: 10_000,
  });
  const server = createServer((_request, response) => void streams[kind](response, 'l:7'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => streams.end(),
  );
  const stream = await readStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  ends.push(() => stream.close());
  return {
    clock,
    async hears(...wanted: readonly string[]) {
      await stream.next(wanted.length);
      expect(stream.events.map((event) => (kind === 'sync' ? spoken(event) : event.id))).toEqual(wanted);
    },
    pass: () => {
      state++;
      listener(live.current(), 'time', []);
    },
    sign: (key: string) => {
      signed = { ...signed, key, signature: `by-${key}` };
    },
  };
}

test('a head that was signed anew is told at the next sign of life, once, though its revision stays', async () => {
  const { clock, hears, sign } = await open('sync');
  await hears('head by old');
  clock.advance(10_000);
  await hears('head by old', 'heartbeat');
  sign('new');
  clock.advance(10_000);
  await hears('head by old', 'heartbeat', 'head by new');
  clock.advance(10_000);
  await hears('head by old', 'heartbeat', 'head by new', 'heartbeat');
});

test('a quick series of changes is told as two refetches, the first at once and the last when it is quiet', async () => {
  const { clock, hears, pass } = await open('evaluation');
  // Whoever knows another state is told at once.
  await hears('l:7:0');
  pass();
  await hears('l:7:0', 'l:7:1');
  for (const _ of [1, 2, 3]) pass();
  clock.advance(99);
  clock.advance(1);
  await hears('l:7:0', 'l:7:1', 'l:7:4');
});
