import { isIP } from 'node:net';

/** The host of a `Host` header or an authority, without port and brackets, in lower case; undefined where it is none. */
export function hostOf(authority: string): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+))(?::\d{1,5})?$/.exec(authority);
  const host = (match?.[1] ?? match?.[2])?.toLowerCase();
  return host?.endsWith('.') ? host.slice(0, -1) : host;
}

/** True for names and addresses of this machine's loopback. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::ffff:127.0.0.1';
}

/** Which `Host` and `Origin` a server answers to. */
export interface Doors {
  /** False for a name that may be another's, pointed here by its DNS (rebinding). */
  acceptsHost(header: string | undefined): boolean;
  /** False for pages that must not ask this server through a visitor's browser. */
  acceptsOrigin(origin: string, host: string | undefined): boolean;
}

export interface DoorsOptions {
  /** The server listens on loopback only. */
  readonly loopback: boolean;
  /** Further names this server is reached by. Off loopback, none means any: there every read needs a token, which another's page lacks. */
  readonly hosts?: readonly string[] | undefined;
  /** Origins of pages that may ask, such as `https://shop.example`. */
  readonly origins?: readonly string[] | undefined;
}

export function createDoors(options: DoorsOptions): Doors {
  const hosts = new Set(options.hosts?.map((name) => name.toLowerCase()));
  const origins = new Set(options.origins);
  const anyHost = !options.loopback && hosts.size === 0;
  return {
    acceptsHost(header) {
      const host = header === undefined ? undefined : hostOf(header);
      if (host === undefined) return false;
      if (anyHost || hosts.has(host) || isLoopback(host)) return true;
      // Rebinding needs a name; an address cannot be pointed elsewhere.
      return !options.loopback && isIP(host) !== 0;
    },
    acceptsOrigin(origin, host) {
      if (origins.has(origin)) return true;
      if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return true;
      const page = /^https?:\/\/(.+)$/.exec(origin)?.[1];
      const name = page === undefined ? undefined : hostOf(page);
      return options.loopback && name !== undefined && isLoopback(name);
    },
  };
}
