import { type Dispatcher, Pool } from 'undici';

export interface PoolSettings {
  /** Milliseconds to connect. */
  readonly connectTimeout: number;
  /** Connections to one endpoint at most; more requests wait for one. */
  readonly connections: number;
}

/** Connections by origin, kept over changes of upstreams as long as one of them names the origin. */
export interface Pools {
  at(origin: string): Dispatcher;
  /** Lets go of all others; what is under way there ends first. */
  keep(origins: ReadonlySet<string>): void;
  close(): Promise<void>;
  destroy(): Promise<void>;
}

export function createPools(settings: PoolSettings): Pools {
  const pools = new Map<string, Pool>();
  const leaving = new Set<Pool>();

  function leave(origin: string, pool: Pool): Promise<void> {
    pools.delete(origin);
    leaving.add(pool);
    return pool.close().finally(() => leaving.delete(pool));
  }

  return {
    at(origin) {
      let pool = pools.get(origin);
      if (pool === undefined) {
        pool = new Pool(origin, {
          connections: settings.connections,
          pipelining: 1,
          // Waiting is timed by the exchange, to the millisecond, and for headers from the end of the request.
          headersTimeout: 0,
          bodyTimeout: 0,
          connect: { timeout: settings.connectTimeout },
        });
        pools.set(origin, pool);
      }
      return pool;
    },
    keep(origins) {
      for (const [origin, pool] of pools) if (!origins.has(origin)) void leave(origin, pool);
    },
    async close() {
      await Promise.all([...pools].map(([origin, pool]) => leave(origin, pool)));
    },
    async destroy() {
      await Promise.all([...pools.values(), ...leaving].map((pool) => pool.destroy()));
    },
  };
}
