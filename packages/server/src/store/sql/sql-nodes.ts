import type { Acknowledgement } from '@ombre/protocol';
import { type Kysely, sql } from 'kysely';
import { environmentName } from '../names.ts';
import type { Heard, Known, Node, NodeStore } from '../nodes/node-store.ts';
import type { Dialect } from './dialect.ts';
import { readJson } from './rows.ts';
import type { Tables } from './tables.ts';

/** Rows of one statement. */
const BATCH = 2_000;

/** What processes tell each other, in the database of a store. `explained` turns errors of the driver into the store's. */
export function sqlNodes(
  db: Kysely<Tables>,
  dialect: Dialect,
  explained: <T>(work: () => Promise<T>) => Promise<T>,
): NodeStore {
  const { now } = dialect;
  return {
    announce: (node, ttl) => explained(() => announce(db, dialect, node, ttl)),
    hear: (node, heard) => explained(() => hear(db, dialect, node, heard)),
    receivers: (environment, classes) => explained(() => receivers(db, dialect, environment, classes)),
    activation: (environment) => explained(() => activation(db, dialect, environment)),
    holder: (lease) =>
      explained(() =>
        db
          .selectFrom('lease')
          .innerJoin('node', 'node.id', 'lease.holder')
          .select(['node.id', 'node.url', 'node.secret'])
          .where('lease.name', '=', lease)
          .where('lease.expires', '>', now)
          .where('node.expires', '>', now)
          .executeTakeFirst(),
      ),
    forget: (age) =>
      explained(async () => {
        const before = sql<number>`${now} - ${sql.lit(age)}`;
        await db.deleteFrom('node').where('expires', '<=', before).execute();
        await db.deleteFrom('receiver').where('expires', '<=', before).execute();
      }),
    leave: (node, receiver) =>
      explained(async () => {
        await db.deleteFrom('node').where('id', '=', node).execute();
        await db.deleteFrom('receiver').where('node', '=', node).where('receiver', '=', receiver).execute();
      }),
  };
}

async function announce(db: Kysely<Tables>, { now }: Dialect, node: Node, ttl: number): Promise<void> {
  const { id, url, secret } = node;
  const row = { url, secret, expires: sql<number>`${now} + ${sql.lit(ttl)}` };
  await db
    .insertInto('node')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

async function hear(
  db: Kysely<Tables>,
  dialect: Dialect,
  node: string,
  heard: readonly Heard[],
): Promise<void> {
  const { now } = dialect;
  // A statement may write a row once only; and in one order, so that two processes do not wait for each other.
  const once = new Map(heard.map((one) => [`${one.environment} ${one.acknowledgement.receiver}`, one]));
  const sorted = [...once].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = sorted.map(([, { environment, acknowledgement, connected, ago, leased }]) => ({
    project: environmentName(environment).project,
    environment: environmentName(environment).name,
    receiver: acknowledgement.receiver,
    class: acknowledgement.class,
    lineage: acknowledgement.lineage,
    revision: acknowledgement.revision,
    lacks: (acknowledgement.unsupported ?? []).length > 0 ? 1 : 0,
    body: JSON.stringify(acknowledgement),
    connected: connected ? 1 : 0,
    ago: Math.round(ago),
    leased: Math.round(leased),
  }));
  for (let start = 0; start < rows.length; start += BATCH) {
    const records = dialect.records(JSON.stringify(rows.slice(start, start + BATCH)), COLUMNS);
    // `where true` tells SQLite that what follows is no condition of a join.
    await sql`
      insert into receiver (project, environment, receiver, class, lineage, revision, lacks, body, connected, node, heard, expires)
      select project, environment, receiver, class, lineage, revision, lacks, body, connected,
        ${node}, ${now} - ago, ${now} + leased
      from ${records} where true
      on conflict (project, environment, receiver) do update set
        class = excluded.class, lineage = excluded.lineage, revision = excluded.revision, lacks = excluded.lacks,
        body = excluded.body, connected = excluded.connected, node = excluded.node,
        heard = excluded.heard, expires = excluded.expires
      where receiver.heard <= excluded.heard or receiver.node = excluded.node
    `.execute(db);
  }
}

const COLUMNS = {
  project: 'text',
  environment: 'text',
  receiver: 'text',
  class: 'text',
  lineage: 'text',
  revision: 'bigint',
  lacks: 'bigint',
  body: 'text',
  connected: 'bigint',
  ago: 'bigint',
  leased: 'bigint',
} as const;

async function receivers(
  db: Kysely<Tables>,
  { now }: Dialect,
  environment: string,
  classes: Parameters<NodeStore['receivers']>[1],
): Promise<readonly Known[]> {
  const { project, name } = environmentName(environment);
  const rows = await db
    .selectFrom('receiver')
    .leftJoin('node', (join) => join.onRef('node.id', '=', 'receiver.node').on('node.expires', '>', now))
    .select(['receiver.receiver', 'body', 'connected', 'heard', 'node.url', now.as('time')])
    .select('receiver.expires as until')
    .where('project', '=', project)
    .where('environment', '=', name)
    .$if(classes !== undefined, (query) => query.where('class', 'in', [...(classes ?? [])]))
    .orderBy('receiver.receiver')
    .execute();
  return rows.map(({ receiver, body, connected, heard, url, time, until }) => ({
    environment,
    acknowledgement: readJson(body, `Receiver ${receiver}`),
    connected: connected === 1 && url !== null,
    ago: Math.max(0, time - heard),
    leased: Math.max(0, until - time),
    url,
    at: heard,
  }));
}

async function activation(
  db: Kysely<Tables>,
  { now }: Dialect,
  environment: string,
): ReturnType<NodeStore['activation']> {
  const { project, name } = environmentName(environment);
  const { rows } = await sql<{
    readonly lineage: string;
    readonly revision: number;
    readonly gone: string | null;
    readonly lacking: string | null;
    readonly held: number;
    readonly count: number;
  }>`
    select lineage, revision, held, gone, lacking, count(*) as count
    from (
      select lineage, revision, case when expires > ${now} then 1 else 0 end as held,
        case when class = 'gateway' and expires <= ${now} then receiver end as gone,
        case when lacks = 1 and expires > ${now} then body end as lacking
      from receiver
      where project = ${project} and environment = ${name}
    ) as one
    group by lineage, revision, held, gone, lacking
  `.execute(db);
  return {
    held: rows
      .filter(({ held }) => held === 1)
      .map(({ lineage, revision, count }) => ({ lineage, revision, count: Number(count) })),
    lacking: rows.flatMap(({ lacking }) =>
      lacking === null ? [] : [readJson<Acknowledgement>(lacking, 'A receiver')],
    ),
    goneGateways: rows.flatMap(({ gone }) => (gone === null ? [] : [gone])),
  };
}
