import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Way = 'up' | 'down';

/** A line between a receiver and the control plane on which either way can be held. */
export interface Gate {
  /** Where the receiver goes. */
  readonly url: string;
  /** Keeps what is said from now on. */
  hold(way: Way): void;
  /** Lets through what was kept, and what follows. */
  release(way: Way): void;
  /** Bytes that are kept. */
  held(way: Way): number;
  /** Ends every connection; what was kept is lost. */
  cut(): void;
  close(): void;
}

/** Opens a line to a URL, through which everything goes as it is. */
export async function openGate(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target);
  const holding: Record<Way, boolean> = { up: false, down: false };
  let kept: { readonly way: Way; readonly to: Socket; readonly bytes: Buffer }[] = [];
  const sockets = new Set<Socket>();

  function pass(way: Way, from: Socket, to: Socket): void {
    sockets.add(from);
    from.on('data', (bytes: Buffer) => {
      if (holding[way]) kept.push({ way, to, bytes });
      else to.write(bytes);
    });
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.setNoDelay(true);
    far.setNoDelay(true);
    pass('up', near, far);
    pass('down', far, near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: own } = server.address() as AddressInfo;

  const cut = (): void => {
    kept = [];
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${own}`,
    hold(way) {
      holding[way] = true;
    },
    release(way) {
      holding[way] = false;
      const go = kept.filter((one) => one.way === way);
      kept = kept.filter((one) => one.way !== way);
      for (const { to, bytes } of go) to.write(bytes);
    },
    held: (way) => kept.reduce((sum, one) => sum + (one.way === way ? one.bytes.length : 0), 0),
    cut,
    close() {
      cut();
      server.close();
    },
  };
}
