import { isIPv4 } from 'node:net';
import type { networkInterfaces } from 'node:os';

const EVERYWHERE = new Set(['0.0.0.0', '::', '']);

/** Where the other processes reach one that listens on a host and port: there, or where it listens on all, the machine's first address that is not loopback's. */
export function advertisedUrl(
  host: string,
  port: number,
  interfaces: ReturnType<typeof networkInterfaces>,
): string {
  const outward = Object.values(interfaces)
    .flatMap((all) => all ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);
  const found = EVERYWHERE.has(host)
    ? (outward.find((address) => isIPv4(address)) ?? outward[0] ?? '127.0.0.1')
    : host;
  return `http://${found.includes(':') ? `[${found}]` : found}:${port}`;
}
