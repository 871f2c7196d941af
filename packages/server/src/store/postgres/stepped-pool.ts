import type { PostgresPool, PostgresPoolClient } from 'kysely';

/** Where a statement is: about to be sent, sent and not answered, or answered. */
export type PostgresStep = (when: 'before' | 'during' | 'after', sql: string) => void;

/** The pool with every statement's way seen by `step`: tests stop the process there. */
export function steppedPool(pool: PostgresPool, step: PostgresStep): PostgresPool {
  return {
    connect: async () => stepped(await pool.connect(), step),
    end: () => pool.end(),
  };
}

function stepped(client: PostgresPoolClient, step: PostgresStep): PostgresPoolClient {
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    step('before', sql);
    const sent = client.query(sql, parameters);
    step('during', sql);
    const result = await sent;
    step('after', sql);
    return result;
  };
  return { query: query as PostgresPoolClient['query'], release: () => client.release() };
}
