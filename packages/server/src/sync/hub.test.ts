import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { createHub, type Hub } from './hub.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server whose every request opens a stream of the hub. */
async function serve(hub: Hub, refused: () => void = () => {}): Promise<number> {
  const server = createServer((_request, response: ServerResponse) => {
    if (hub.open(response, ': hello\n\n')) return;
    refused();
    response.writeHead(503).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

interface Reader {
  text: string;
  readonly opened: Promise<number>;
  readonly ended: Promise<void>;
  pause(): void;
}

function read(port: number): Reader {
  let opened: (status: number) => void = () => {};
  let ended: () => void = () => {};
  let pause = (): void => {};
  const reader: Reader = {
    text: '',
    opened: new Promise((resolve) => {
      opened = resolve;
    }),
    ended: new Promise((resolve) => {
      ended = resolve;
    }),
    pause: () => pause(),
  };
  const asked = request({ port, host: '127.0.0.1' }, (response) => {
    pause = () => response.pause();
    response.setEncoding('utf8').on('data', (piece: string) => {
      reader.text += piece;
      opened(response.statusCode ?? 0);
    });
    response
      .on('end', () => ended())
      .on('error', () => ended())
      .on('close', () => ended());
    if (response.statusCode !== 200) opened(response.statusCode ?? 0);
  });
  asked.on('error', () => ended()).end();
  return reader;
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

test('what is broadcast reaches all, in order, and those who come later only what follows', async () => {
  const hub = createHub({ clock: manualClock(), limit: 500, heartbeat: 1000 });
  const port = await serve(hub);
  const readers = Array.from({ length: 250 }, () => read(port));
  await Promise.all(readers.map((reader) => reader.opened));
  for (const text of ['data: 1\n\n', 'data: 2\n\n']) hub.broadcast(text);
  const late = read(port);
  await late.opened;
  hub.broadcast('data: 3\n\n');
  while (late.text.length < 18 || readers.some((reader) => reader.text.length < 36)) await turn();
  for (const reader of readers) expect(reader.text).toBe(': hello\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n');
  expect(late.text).toBe(': hello\n\ndata: 3\n\n');
  hub.end();
  await Promise.all(readers.map((reader) => reader.ended));
  expect(hub.size).toBe(0);
});

test('a stream past the limit is refused, and one that closes makes room', async () => {
  const hub = createHub({ clock: manualClock(), limit: 1, heartbeat: 1000 });
  const port = await serve(hub);
  const first = read(port);
  expect(await first.opened).toBe(200);
  expect(await read(port).opened).toBe(503);
  hub.end();
  expect(await read(port).opened).toBe(503);
});

test('one that does not read is cut when it owes too much; the others go on', async () => {
  const hub = createHub({ clock: manualClock(), limit: 10, heartbeat: 1000, backlog: 256 * 1024 });
  const port = await serve(hub);
  const slow = read(port);
  const quick = read(port);
  await Promise.all([slow.opened, quick.opened]);
  slow.pause();
  const piece = `data: ${'x'.repeat(64 * 1024)}\n\n`;
  let sent = 0;
  while (hub.cut === 0 && sent < 1000) {
    hub.broadcast(piece);
    sent++;
    // The next comes when this one was read, or the quick one would be slow too.
    while (quick.text.length < 9 + sent * piece.length) await new Promise((next) => setImmediate(next));
  }
  expect(hub.cut).toBe(1);
  expect(hub.size).toBe(1);
});

test('shows a sign of life at each heartbeat', async () => {
  const clock = manualClock();
  let beats = 0;
  const hub = createHub({ clock, limit: 10, heartbeat: 1000, alive: () => `data: ${++beats}\n\n` });
  const port = await serve(hub);
  const reader = read(port);
  await reader.opened;
  clock.advance(2500);
  while (!reader.text.includes('data: 2')) await turn();
  expect(beats).toBe(2);
  hub.end();
  clock.advance(5000);
  expect(beats).toBe(2);
});
