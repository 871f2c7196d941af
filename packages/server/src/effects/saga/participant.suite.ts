import { type Held, participate, type SagaAction } from '@ombre/release';
import pg from 'pg';
import { startService } from '../http-service.suite.ts';

const TABLES = `
  create table stock (id int primary key, step text not null unique);
  create table held (transaction text primary key, held text);
  create table progress (id int primary key, kept jsonb not null);
  create sequence ids start 1000;
  insert into stock select n, 'old ' || n from generate_series(1, 25) n`;

export async function createTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES);
  await client.end();
}

/**
 * A service that puts a row into its database for each step and takes it out again. It keeps its word in one transaction, but its
 * network is bad: every third answer is lost after the work was done, every fifth request is refused before.
 */
export async function startParticipant(
  url: string,
): Promise<Awaited<ReturnType<typeof startService>> & { stock(): Promise<readonly string[]> }> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  // A connection may hear of the server's end while it is being closed, when the pool no longer listens.
  pool.on('connect', (client) => client.on('error', () => {}));
  const service = await startService(async ({ headers }, count) => {
    if (count % 5 === 0) return { status: 503 };
    const transaction = String(headers['ombre-transaction']);
    const action = String(headers['ombre-action']) as SagaAction;
    const refused = await work(pool, transaction, action);
    if (count % 3 === 0) return undefined;
    return { status: refused ? 422 : 200 };
  });
  return {
    ...service,
    async stock() {
      const { rows } = await pool.query<{ step: string }>('select step from stock order by id');
      return rows.map(({ step }) => step);
    },
    async close() {
      await service.close();
      await pool.end();
    },
  };
}

async function work(pool: pg.Pool, transaction: string, action: SagaAction): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into held values ($1) on conflict do nothing', [transaction]);
    const { rows } = await client.query<{ held: Held | null }>(
      'select held from held where transaction = $1 for update',
      [transaction],
    );
    const { held, act, refused } = participate(rows[0]?.held ?? undefined, action);
    await client.query('update held set held = $2 where transaction = $1', [transaction, held]);
    if (act && (action === 'do' || action === 'try')) {
      await client.query("insert into stock values (nextval('ids'), $1)", [transaction]);
    }
    if (act && (action === 'undo' || action === 'cancel')) {
      const { rowCount } = await client.query('delete from stock where step = $1', [transaction]);
      if (rowCount !== 1) throw new Error(`${transaction} was undone without having been done`);
    }
    await client.query('commit');
    return refused;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
