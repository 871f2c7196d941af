import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut as a network is: nobody is told, bytes only stop. */
export interface Partition {
  readonly url: string;
  /** From now on nothing comes through, on what is open and on what is opened. */
  cut(): void;
  /** What was open is reset; new connections reach the server again. */
  mend(): void;
  close(): void;
}

export async function openPartition(to: string): Promise<Partition> {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => near.destroy());
    near.on('close', () => sockets.delete(near));
    if (isCut) {
      near.pause();
      return;
    }
    const far = connect(Number(port), hostname);
    sockets.add(far);
    far.on('error', () => near.destroy());
    far.on('close', () => {
      sockets.delete(far);
      near.destroy();
    });
    near.on('close', () => far.destroy());
    near.on('data', (bytes) => {
      if (!isCut) far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (!isCut) near.write(bytes);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const reset = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      reset();
    },
    close() {
      server.close();
      reset();
    },
  };
}
