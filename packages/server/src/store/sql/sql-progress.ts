import { type Kysely, sql } from 'kysely';
import { environmentName } from '../names.ts';
import {
  type CommandRow,
  type EventRow,
  KEPT_EVENTS,
  type OpenEffect,
  type ProgressCommit,
  type ProgressRow,
  type ProgressStore,
  type ProgressWrite,
} from '../progress/progress-store.ts';
import type { Dialect } from './dialect.ts';
import { holdsLease } from './holds-lease.ts';
import { readJson } from './rows.ts';
import type { Tables } from './tables.ts';

/** Rows of one statement: well below the parameters either database takes. */
const BATCH = 500;
/** How long answers to commands are kept for whoever asked, in ms. */
const ANSWERS_KEPT = 3_600_000;

/** Progress in the database of a store. `explained` turns errors of the driver into the store's. */
export function sqlProgress(
  db: Kysely<Tables>,
  dialect: Dialect,
  explained: <T>(work: () => Promise<T>) => Promise<T>,
): ProgressStore {
  return {
    load: (environment) => explained(() => dialect.readTogether(db, (tx) => load(tx, environment))),
    commit: (commit) => explained(() => commitProgress(db, dialect, commit)),
    history: (environment, release, page) => explained(() => history(db, environment, release, page)),
    ask: (environment, command) => explained(() => ask(db, environment, command)),
    asked: (environment) => explained(() => asked(db, environment)),
    answerOf: (environment, id) =>
      explained(async () => {
        const { project, name } = environmentName(environment);
        const row = await db
          .selectFrom('release_command')
          .select(['answered', 'refusal'])
          .where('project', '=', project)
          .where('environment', '=', name)
          .where('id', '=', id)
          .executeTakeFirst();
        return row === undefined || row.answered === 0 ? undefined : { refusal: row.refusal };
      }),
  };
}

async function load(tx: Kysely<Tables>, environment: string): ReturnType<ProgressStore['load']> {
  const { project, name } = environmentName(environment);
  const of = <T extends 'progress' | 'effect'>(table: T) =>
    sql<
      Tables[T]
    >`select * from ${sql.table(table)} where project = ${project} and environment = ${name}`.execute(tx);
  const { rows: progress } = await of('progress');
  const { rows: effects } = await of('effect');
  const lines = await tx
    .selectFrom('release_event')
    .select((query) => ['release', query.fn.max('number').as('last')])
    .where('project', '=', project)
    .where('environment', '=', name)
    .groupBy('release')
    .execute();
  return {
    rows: progress.map(
      (row): ProgressRow => ({
        release: row.release,
        version: row.version,
        state: readJson(row.state, `Progress of ${row.release}`),
        facts: readJson(row.facts, `Progress of ${row.release}`),
      }),
    ),
    open: effects
      .toSorted((a, b) => (a.release === b.release ? a.number - b.number : a.release < b.release ? -1 : 1))
      .map(
        (row): OpenEffect => ({
          release: row.release,
          key: row.key,
          effect: readJson(row.body, `Effect ${row.key}`),
          askedAt: row.asked_at,
        }),
      ),
    lines: Object.fromEntries(lines.map(({ release, last }) => [release, last])),
  };
}

async function commitProgress(
  db: Kysely<Tables>,
  dialect: Dialect,
  { environment, fence, writes, answered }: ProgressCommit,
): ReturnType<ProgressStore['commit']> {
  const { project, name } = environmentName(environment);
  return db.transaction().execute(async (tx) => {
    if (!(await holdsLease(tx, dialect, fence))) return { ok: false, code: 'FENCED' };
    await writeProgress(tx, { project, environment: name }, fence.token, writes);
    await writeEffects(tx, { project, environment: name }, writes);
    await writeEvents(tx, { project, environment: name }, writes);
    for (const { id, refusal } of answered) {
      await tx
        .updateTable('release_command')
        .set({ answered: dialect.now, refusal })
        .where('project', '=', project)
        .where('environment', '=', name)
        .where('id', '=', id)
        .execute();
    }
    if (answered.length > 0) {
      await tx
        .deleteFrom('release_command')
        .where('project', '=', project)
        .where('environment', '=', name)
        .where('answered', '>', 0)
        .where('answered', '<', sql<number>`${dialect.now} - ${sql.lit(ANSWERS_KEPT)}`)
        .execute();
    }
    return { ok: true };
  });
}

interface Key {
  readonly project: string;
  readonly environment: string;
}

async function writeProgress(
  tx: Kysely<Tables>,
  key: Key,
  fence: number,
  writes: readonly ProgressWrite[],
): Promise<void> {
  const kept = writes.flatMap(({ release, row }) =>
    row === null
      ? []
      : [
          {
            ...key,
            release,
            version: row.version,
            fence,
            state: JSON.stringify(row.state),
            facts: JSON.stringify(row.facts),
          },
        ],
  );
  for (const batch of batches(kept)) {
    await tx
      .insertInto('progress')
      .values([...batch])
      .onConflict((conflict) =>
        conflict.columns(['project', 'environment', 'release']).doUpdateSet((eb) => ({
          version: eb.ref('excluded.version'),
          fence: eb.ref('excluded.fence'),
          state: eb.ref('excluded.state'),
          facts: eb.ref('excluded.facts'),
        })),
      )
      .execute();
  }
  const gone = writes.flatMap(({ release, row }) => (row === null ? [release] : []));
  for (const batch of batches(gone)) {
    await tx
      .deleteFrom('progress')
      .where('project', '=', key.project)
      .where('environment', '=', key.environment)
      .where('release', 'in', [...batch])
      .execute();
  }
}

async function writeEffects(tx: Kysely<Tables>, key: Key, writes: readonly ProgressWrite[]): Promise<void> {
  const done = writes.flatMap((write) => write.done);
  for (const batch of batches(done)) {
    await tx
      .deleteFrom('effect')
      .where('project', '=', key.project)
      .where('environment', '=', key.environment)
      .where('key', 'in', [...batch])
      .execute();
  }
  const asked = writes.flatMap(({ release, asked: effects }) =>
    effects.map((effect) => ({
      ...key,
      key: effect.key,
      release,
      number: Number(effect.effect.key.split('/').at(-1)) || 0,
      asked_at: effect.askedAt,
      body: JSON.stringify(effect.effect),
    })),
  );
  for (const batch of batches(asked))
    await tx
      .insertInto('effect')
      .values([...batch])
      .execute();
}

async function writeEvents(tx: Kysely<Tables>, key: Key, writes: readonly ProgressWrite[]): Promise<void> {
  const events = writes.flatMap(({ release, events: lines }) =>
    lines.map(({ number, at, kind, text, alert, evidence }) => ({
      ...key,
      release,
      number,
      at: Math.round(at),
      kind,
      text,
      alert: alert ? 1 : 0,
      evidence: JSON.stringify(evidence),
    })),
  );
  for (const batch of batches(events))
    await tx
      .insertInto('release_event')
      .values([...batch])
      .execute();
  for (const { release, events: lines } of writes) {
    const last = lines.at(-1)?.number ?? 0;
    if (last <= KEPT_EVENTS) continue;
    await tx
      .deleteFrom('release_event')
      .where('project', '=', key.project)
      .where('environment', '=', key.environment)
      .where('release', '=', release)
      .where('number', '<=', last - KEPT_EVENTS)
      .execute();
  }
}

async function history(
  db: Kysely<Tables>,
  environment: string,
  release: string,
  { after, limit }: Parameters<ProgressStore['history']>[2],
): Promise<readonly EventRow[]> {
  const { project, name } = environmentName(environment);
  const rows = await db
    .selectFrom('release_event')
    .selectAll()
    .where('project', '=', project)
    .where('environment', '=', name)
    .where('release', '=', release)
    .$if(after !== undefined, (query) => query.where('number', '>', after ?? 0))
    .orderBy('number', after === undefined ? 'desc' : 'asc')
    .limit(limit)
    .execute();
  const lines = rows.map(
    ({ number, at, kind, text, alert, evidence }): EventRow => ({
      release,
      number,
      at,
      kind: kind as EventRow['kind'],
      text,
      alert: alert === 1,
      evidence: readJson(evidence, `Line ${number} of ${release}`),
    }),
  );
  return after === undefined ? lines.toReversed() : lines;
}

async function ask(db: Kysely<Tables>, environment: string, row: CommandRow): Promise<void> {
  const { project, name } = environmentName(environment);
  await db
    .insertInto('release_command')
    .values({ project, environment: name, ...row, at: Math.round(row.at), answered: 0, refusal: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function asked(db: Kysely<Tables>, environment: string): Promise<readonly CommandRow[]> {
  const { project, name } = environmentName(environment);
  const rows = await db
    .selectFrom('release_command')
    .select(['id', 'release', 'command', 'by', 'why', 'at'])
    .where('project', '=', project)
    .where('environment', '=', name)
    .where('answered', '=', 0)
    .orderBy('at')
    .orderBy('id')
    .limit(BATCH)
    .execute();
  return rows.map((row) => ({ ...row, command: row.command as CommandRow['command'] }));
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}
