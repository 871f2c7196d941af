import type { FastifyInstance } from 'fastify';

/** Milliseconds that requests under way are given. */
const GRACE = 10_000;

/** Stops listening, answers what is under way, lets go of connections as they become idle, and cuts what is still there at the end. */
export async function endGently(app: FastifyInstance): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  const cut = setTimeout(() => app.server.closeAllConnections(), GRACE);
  await app.close();
  clearInterval(idle);
  clearTimeout(cut);
}
