import type { Kysely } from 'kysely';
import type { Append } from '../store.ts';
import type { Dialect } from './dialect.ts';
import type { Tables } from './tables.ts';

/** Whether a lease is held with this token; its row stays locked until the commit, so nobody takes it over in between. */
export async function holdsLease(
  tx: Kysely<Tables>,
  dialect: Dialect,
  { lease, token }: NonNullable<Append['fence']>,
): Promise<boolean> {
  const held = await tx
    .selectFrom('lease')
    .select('token')
    .where('name', '=', lease)
    .where('token', '=', token)
    .where('expires', '>', dialect.now)
    .$if(dialect.locksRows, (query) => query.forShare())
    .executeTakeFirst();
  return held !== undefined;
}
