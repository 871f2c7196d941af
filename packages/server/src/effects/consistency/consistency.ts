import { type PostgresConsistency, parseDuration } from '@ombre/decide/model';
import pg from 'pg';
import type { EffectOf, Performed, Performer } from '../effect.ts';
import type { Secrets } from '../secrets.ts';
import { replays } from './postgres.ts';

/** Milliseconds a connection and each question may take, beside the time that is waited for. */
const PATIENCE = 5_000;
const MIB = 1024 * 1024;

/** Asks all copies; `done` when all agree. A database that cannot be asked is `unknown`. */
export function createConsistency({
  declared,
}: {
  readonly declared: Secrets;
}): Performer<EffectOf<'consistency'>> {
  return {
    async perform(_, { checks }, signal) {
      const answers = await Promise.all(checks.map((check) => askPostgres(declared, check, signal)));
      return answers.find(({ result }) => result !== 'done') ?? { result: 'done' };
    },
  };
}

async function askPostgres(
  declared: Secrets,
  { postgres }: PostgresConsistency,
  signal: AbortSignal,
): Promise<Performed> {
  const lag = { bytes: postgres.bytes ?? MIB, within: parseDuration(postgres.within ?? '1s') ?? 1_000 };
  const clients: pg.Client[] = [];
  const open = async (reference: string): Promise<pg.Client> => {
    const url = declared(reference);
    if (!url.ok) throw new Error(url.why);
    const client = new pg.Client({
      connectionString: url.value,
      connectionTimeoutMillis: PATIENCE,
      query_timeout: PATIENCE,
    });
    // A connection that breaks while idle says so here, and again at the next question.
    client.on('error', () => {});
    clients.push(client);
    await client.connect();
    return client;
  };
  try {
    const [primary, standby] = await Promise.all([open(postgres.primary), open(postgres.standby)]);
    return await replays(primary, standby, lag, signal);
  } catch (error) {
    return { result: 'unknown', detail: `the databases cannot be asked (${reason(error)})` };
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}

/** A code where there is one: messages of drivers may repeat parts of the address. */
function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  return /^(env|file):/.test(message) || /timeout/i.test(message) ? message : 'no connection';
}
