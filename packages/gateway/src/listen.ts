import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Inherited, Listen } from './options.ts';

/** Opens a port, or takes an open one; answers its address. `exclusive`: in a worker, not shared with the others. */
export function listen(
  server: Server,
  place: (Listen & { readonly exclusive?: boolean }) | Inherited,
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.off('error', reject);
      const { address, port } = server.address() as AddressInfo;
      const host = 'host' in place ? place.host : address;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
    });
  });
}
