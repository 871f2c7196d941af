import { createServer } from 'node:net';

/** Linux gives out ports from 32768 by itself, to whoever listens on 0 or connects: what is to come back on its port takes one below. */
const FROM = 20_000;
const BELOW = 32_000;

/** A port of this machine that nobody has, and that nobody is given while who listens on it is away. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (BELOW - FROM));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
      .once('error', () => done(false))
      .listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
