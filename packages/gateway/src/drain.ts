import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';

/** Milliseconds that idle connections stay when the gateway stops, for requests that are on their way. */
const IDLE_GRACE = 1_000;

/**
 * Takes no new connections and waits until the others are gone: idle ones are closed after a second, busy ones by their answers, which
 * have to say so; what is left after `grace` milliseconds is cut, connections that were upgraded too.
 */
export async function drain(server: Server, upgraded: ReadonlySet<Duplex>, grace: number): Promise<void> {
  // Not the HTTP server's own close: it would cut idle connections on which a request may be on its way.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const idle = setTimeout(() => server.closeIdleConnections(), IDLE_GRACE);
  // Those that were busy then are told to close by their answers; the ones in between are seen to here.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_GRACE * 2);
  const cut = setTimeout(() => {
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
  }, grace);
  await closed;
  for (const timer of [idle, sweep, cut]) clearTimeout(timer);
  // The HTTP server still has a timer of its own.
  server.close(() => {});
}
