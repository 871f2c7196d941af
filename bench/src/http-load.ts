import { connect, type Socket } from 'node:net';

/** One HTTP/1.1 request as bytes, written before anything is timed. */
export function requestBytes(method: string, path: string, body: string, headers = ''): Buffer {
  const length = Buffer.byteLength(body);
  const type = body === '' ? '' : 'content-type: application/json\r\n';
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${type}content-length: ${length}\r\n${headers}\r\n`;
  return Buffer.from(head + body);
}

/**
 * Requests a second that a server answers over keep-alive connections, each with one request under way. Answers are only measured
 * for their length: a client that parsed them would be slower than the server. Throws at a status other than 200.
 */
export async function load(
  port: number,
  requests: readonly Buffer[],
  { connections, ms }: { readonly connections: number; readonly ms: number },
): Promise<number> {
  let answered = 0;
  let next = 0;
  let stopped = false;
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const failures: Error[] = [];
  const start = performance.now();
  for (const socket of sockets) {
    let missing = 0;
    const send = (): void => {
      if (!stopped) socket.write(requests[next++ % requests.length] as Buffer);
    };
    socket.on('data', (piece) => {
      if (missing > 0) missing -= piece.length;
      else {
        const end = piece.indexOf('\r\n\r\n');
        const head = piece.toString('latin1', 0, end);
        const length = /content-length: (\d+)/i.exec(head)?.[1];
        if (!head.startsWith('HTTP/1.1 200') || end < 0 || length === undefined) {
          failures.push(new Error(`unexpected answer: ${piece.toString('utf8', 0, 300)}`));
          stopped = true;
          return;
        }
        missing = end + 4 + Number(length) - piece.length;
      }
      if (missing > 0) return;
      answered++;
      send();
    });
    send();
  }
  await new Promise((resolve) => setTimeout(resolve, ms));
  const seconds = (performance.now() - start) / 1000;
  stopped = true;
  for (const socket of sockets) socket.destroy();
  if (failures[0] !== undefined) throw failures[0];
  return answered / seconds;
}

/** A connection without delay. */
export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.on('error', reject);
  });
}
