import type { Kysely } from 'kysely';
import pg from 'pg';
import type { Tables } from '../sql/tables.ts';
import type { Store } from '../store.ts';

export const CHANNEL = 'ombre_changes';

interface WatchOptions {
  readonly config: pg.ClientConfig;
  readonly db: Kysely<Tables>;
  readonly poll: number;
  readonly log: (message: string) => void;
}

/**
 * LISTEN wakes at once, and a look at the heads every `poll` milliseconds makes up for what NOTIFY lost. A broken listening connection
 * is tried again at each look.
 */
export function watchPostgres(options: WatchOptions): Pick<Store, 'watch' | 'close'> {
  const { config, db, poll, log } = options;
  const listeners = new Set<(environment: string) => void>();
  const seen = new Map<string, number>();
  let client: pg.Client | undefined;
  let away = false;
  let closed = false;
  let looking: Promise<void> | undefined;

  const tell = (environment: string): void => {
    for (const listener of listeners) listener(environment);
  };

  const listen = async (): Promise<void> => {
    const next = new pg.Client(config);
    const lost = (error?: Error): void => {
      if (client === next) client = undefined;
      if (!closed && !away)
        log(`Not listening to PostgreSQL, polling: ${error?.message ?? 'connection ended'}`);
      away = !closed;
    };
    next.on('error', lost);
    next.on('end', () => lost());
    next.on('notification', ({ payload }) => tell(payload ?? ''));
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      client = next;
      if (away) log('Listening to PostgreSQL again');
      away = false;
    } catch (error) {
      lost(error instanceof Error ? error : undefined);
      await next.end().catch(() => {});
    }
  };

  const look = async (): Promise<void> => {
    if (client === undefined) await listen();
    try {
      const heads = await db.selectFrom('environment').select(['project', 'name', 'revision']).execute();
      for (const { project, name, revision } of heads) {
        const environment = `${project}/${name}`;
        const before = seen.get(environment);
        seen.set(environment, revision);
        if (before !== revision) tell(environment);
      }
    } catch {
      // The database is away: commands say so; the next look tries again.
    }
  };

  const lookOnce = (): void => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  };
  lookOnce();
  const timer = setInterval(lookOnce, poll);

  return {
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      clearInterval(timer);
      await looking;
      await client?.end().catch(() => {});
    },
  };
}
