import type { Socket } from 'node:net';
import { open } from './http-load.ts';

/**
 * Milliseconds that each request took, waiting for a free connection included, at a steady rate over kept connections: a server that
 * falls behind is not asked less for it. Throws at a status other than 200.
 */
export async function pacedLoad(
  port: number,
  request: Buffer,
  { connections, rate, ms }: { readonly connections: number; readonly rate: number; readonly ms: number },
): Promise<readonly number[]> {
  const idle = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const sockets = [...idle];
  const waiting: number[] = [];
  const took: number[] = [];
  const wanted = Math.round((rate * ms) / 1000);
  let due = 0;
  let failure: Error | undefined;
  const asked = new Map<Socket, number>();
  const send = (socket: Socket, at: number): void => {
    asked.set(socket, at);
    socket.write(request);
  };

  for (const socket of sockets) {
    let missing = 0;
    socket.on('data', (piece) => {
      if (missing > 0) missing -= piece.length;
      else {
        const end = piece.indexOf('\r\n\r\n');
        const length = /content-length: (\d+)/i.exec(piece.toString('latin1', 0, end))?.[1];
        if (end < 0 || length === undefined || !piece.toString('latin1', 0, 12).endsWith(' 200')) {
          failure = new Error(`unexpected answer: ${piece.toString('utf8', 0, 300)}`);
          return;
        }
        missing = end + 4 + Number(length) - piece.length;
      }
      if (missing > 0) return;
      const began = asked.get(socket);
      if (began !== undefined) took.push(performance.now() - began);
      const next = waiting.shift();
      if (next === undefined) idle.push(socket);
      else send(socket, next);
    });
  }

  const start = performance.now();
  await new Promise<void>((done) => {
    const turn = (): void => {
      const now = performance.now();
      for (; due < wanted && start + (due * 1000) / rate <= now; due++) {
        const at = start + (due * 1000) / rate;
        const socket = idle.pop();
        // The timer's own lateness is the client's, waiting for a connection the server's.
        if (socket === undefined) waiting.push(at);
        else send(socket, now);
      }
      if (failure !== undefined || took.length >= wanted) done();
      else setTimeout(turn, 1);
    };
    turn();
  });
  for (const socket of sockets) socket.destroy();
  if (failure !== undefined) throw failure;
  return took;
}
