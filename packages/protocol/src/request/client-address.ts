import { contains, formatIp, type Ip, type Network, parseIp } from './ip.ts';

/** Who asks, and whether the one who connected may speak for others. */
export interface Client {
  /** In its usual text; empty where the peer has no address (a Unix socket that is gone). */
  readonly address: string;
  /** The peer is a trusted proxy, so what it forwards about the client holds. */
  readonly forwarded: boolean;
}

/** The part of a request that tells where it comes from. Header names are in lower case; lines of one name joined with commas. */
export interface Origin {
  readonly peer: string | undefined;
  header(name: string): string | undefined;
}

/**
 * The client's address under one rule: the peer, unless it is a trusted proxy; then X-Forwarded-For is read from its end, where
 * proxies append, as long as each address is trusted, and the first that is not is the client. Without that header X-Real-IP
 * counts. What is no address ends the walk: whoever wrote it might have written anything before it.
 */
export function clientOf(origin: Origin, trusted: readonly Network[]): Client {
  const peer = parseHop(origin.peer ?? '');
  if (peer === undefined) return { address: '', forwarded: false };
  if (trusted.length === 0 || !isTrusted(peer, trusted)) return { address: formatIp(peer), forwarded: false };
  const chain = origin.header('x-forwarded-for');
  if (chain === undefined) {
    const real = parseHop(origin.header('x-real-ip') ?? '');
    return { address: formatIp(real ?? peer), forwarded: true };
  }
  let client = peer;
  for (const hop of chain.split(',').reverse()) {
    const address = parseHop(hop.trim());
    if (address === undefined) break;
    client = address;
    if (!isTrusted(address, trusted)) break;
  }
  return { address: formatIp(client), forwarded: true };
}

function isTrusted(ip: Ip, trusted: readonly Network[]): boolean {
  return trusted.some((network) => contains(network, ip));
}

/** An address as proxies write it: perhaps with a port, brackets or a zone. */
function parseHop(text: string): Ip | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const bare = bracketed ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  return parseIp(bare.replace(/%.*$/, ''));
}
