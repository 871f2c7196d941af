import { inSlices } from '@ombre/carry';
import { type Kysely, sql } from 'kysely';
import type { Change } from '../change.ts';
import { environmentName } from '../names.ts';
import type { NodeStore } from '../nodes/node-store.ts';
import type { ProgressStore } from '../progress/progress-store.ts';
import type { EnvironmentState, Origin, Write } from '../row.ts';
import type { Append, Appended, Beginning, Lease, LoggedChange, Page, Standing, Store } from '../store.ts';
import type { TwoPhaseStore } from '../two-phase/two-phase-store.ts';
import type { Dialect } from './dialect.ts';
import { holdsLease } from './holds-lease.ts';
import {
  changeFromRow,
  changeToRow,
  overrideFromRow,
  placementFromRow,
  resourceFromRow,
  writeFromRow,
} from './rows.ts';
import { sqlNodes } from './sql-nodes.ts';
import { sqlProgress } from './sql-progress.ts';
import { sqlTwoPhase, writeTwoPhase } from './sql-two-phase.ts';
import type { Tables } from './tables.ts';
import { writeRows } from './write-rows.ts';

/** A store in a database that can be copied whole. */
export interface SqlStore extends Store {
  readonly db: Kysely<Tables>;
  readonly progress: ProgressStore;
  readonly nodes: NodeStore;
  readonly twoPhase: TwoPhaseStore;
  /** Runs reads that all see one state of the database, while others write. */
  together<T>(read: (tx: Kysely<Tables>) => Promise<T>): Promise<T>;
}

/** The store over a migrated database. `watch` and `close` are what else the database's opener has to give. */
export function sqlStore(
  db: Kysely<Tables>,
  dialect: Dialect,
  rest: Pick<Store, 'watch' | 'close'>,
): SqlStore {
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw dialect.explain(error) ?? error;
    }
  };

  return {
    ...rest,
    db,
    progress: sqlProgress(db, dialect, explained),
    nodes: sqlNodes(db, dialect, explained),
    twoPhase: sqlTwoPhase(db, dialect, explained),
    together: (read) => explained(() => dialect.readTogether(db, read)),
    environments: () => explained(() => environments(db)),
    begin: (beginning) => explained(() => begin(db, beginning)),
    load: (environment) => explained(() => dialect.readTogether(db, (tx) => load(tx, environment))),
    append: (change) => explained(() => append(db, dialect, change)),
    after: (environment, revision, limit) => explained(() => after(db, environment, revision, limit)),
    before: (environment, page) => explained(() => before(db, environment, page)),
    at: (environment, revision) => explained(() => at(db, environment, revision)),
    written: (environment, kind, name) => explained(() => written(db, environment, kind, name)),
    standing: (environment) => explained(() => standing(db, environment)),
    stand: (environment, row) => explained(() => stand(db, environment, row)),
    lease: (name, holder, ttl) => explained(() => lease(db, dialect, name, holder, ttl)),
    release: (name, holder) =>
      explained(async () => {
        await db
          .updateTable('lease')
          .set({ expires: 0 })
          .where('name', '=', name)
          .where('holder', '=', holder)
          .execute();
      }),
  };
}

async function environments(db: Kysely<Tables>): Promise<readonly string[]> {
  const rows = await db.selectFrom('environment').select(['project', 'name']).execute();
  return rows.map(({ project, name }) => `${project}/${name}`).toSorted();
}

async function begin(db: Kysely<Tables>, { change, breakGlass }: Beginning): Promise<boolean> {
  const { lineage, revision, to: digest, hash } = change;
  const row = await inSlices(changeToRow(change));
  return db.transaction().execute(async (tx) => {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('environment')
      .values({
        ...environmentName(change.environment),
        lineage,
        revision,
        digest,
        hash,
        break_glass: breakGlass,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) return false;
    await tx.insertInto('change').values(row).execute();
    return true;
  });
}

async function load(tx: Kysely<Tables>, environment: string): Promise<EnvironmentState | undefined> {
  const { project, name } = environmentName(environment);
  const head = await tx
    .selectFrom('environment')
    .selectAll()
    .where('project', '=', project)
    .where('name', '=', name)
    .executeTakeFirst();
  if (head === undefined) return undefined;
  const of = <T extends 'resource' | 'placement' | 'override'>(table: T) =>
    sql<
      Tables[T]
    >`select * from ${sql.table(table)} where project = ${project} and environment = ${name}`.execute(tx);
  const resources = await of('resource');
  const placements = await of('placement');
  const overrides = await of('override');
  const { lineage, revision, digest, hash, break_glass: breakGlass } = head;
  return {
    head: { environment, lineage, revision, digest },
    hash,
    resources: new Map(resources.rows.map((row) => [`${row.kind}/${row.name}`, resourceFromRow(row)])),
    placements: new Map(placements.rows.map((row) => [row.release, placementFromRow(row)])),
    overrides: new Map(overrides.rows.map((row) => [row.id, overrideFromRow(row)])),
    breakGlass,
  };
}

async function append(
  db: Kysely<Tables>,
  dialect: Dialect,
  { change, writes, fence, twoPhase }: Append,
): Promise<Appended> {
  const { project, name } = environmentName(change.environment);
  const { lineage, revision, to: digest, hash, previous } = change;
  const row = await inSlices(changeToRow(change));
  return db.transaction().execute(async (tx): Promise<Appended> => {
    if (fence !== undefined && !(await holdsLease(tx, dialect, fence))) return { ok: false, code: 'FENCED' };
    // This row's lock is what makes the order of revisions the order of commits.
    const { numUpdatedRows } = await tx
      .updateTable('environment')
      .set({ lineage, revision: sql`revision + 1`, digest, hash })
      .where('project', '=', project)
      .where('name', '=', name)
      .where('revision', '=', revision - 1)
      .where('hash', '=', previous ?? '')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) return { ok: false, code: 'MOVED' };
    await tx.insertInto('change').values(row).execute();
    await writeRows(tx, change.environment, revision, writes);
    if (twoPhase !== undefined) await writeTwoPhase(tx, change.environment, twoPhase);
    await dialect.announce(tx, change.environment);
    return { ok: true };
  });
}

function changesOf(db: Kysely<Tables>, environment: string) {
  const { project, name } = environmentName(environment);
  return db.selectFrom('change').selectAll().where('project', '=', project).where('environment', '=', name);
}

async function after(
  db: Kysely<Tables>,
  environment: string,
  revision: number,
  limit: number,
): Promise<readonly LoggedChange[]> {
  const rows = await changesOf(db, environment)
    .where('revision', '>', revision)
    .orderBy('revision')
    .limit(limit)
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return [];
  const { project, name } = environmentName(environment);
  const versions = await db
    .selectFrom('version')
    .select(['revision', 'kind', 'name', 'body'])
    .where('project', '=', project)
    .where('environment', '=', name)
    .where('revision', '>', revision)
    .where('revision', '<=', last.revision)
    .execute();
  const writes = new Map<number, Write[]>(rows.map((row) => [row.revision, []]));
  for (const version of versions) writes.get(version.revision)?.push(writeFromRow(version));
  return rows.map((row) => ({ change: changeFromRow(row), writes: writes.get(row.revision) ?? [] }));
}

async function before(
  db: Kysely<Tables>,
  environment: string,
  { below, limit, action }: Page,
): Promise<readonly Change[]> {
  const rows = await changesOf(db, environment)
    .$if(below !== undefined, (query) => query.where('revision', '<', below ?? 0))
    .$if(action !== undefined, (query) => query.where('action', '=', action ?? ''))
    .orderBy('revision', 'desc')
    .limit(limit)
    .execute();
  return rows.map(changeFromRow);
}

async function at(
  db: Kysely<Tables>,
  environment: string,
  revision: number,
): Promise<readonly Write[] | undefined> {
  const { project, name } = environmentName(environment);
  const known = await changesOf(db, environment).where('revision', '=', revision).executeTakeFirst();
  if (known === undefined) return undefined;
  const { rows } = await sql<Pick<Tables['version'], 'kind' | 'name' | 'body' | 'revision'>>`
    select v.kind, v.name, v.body, v.revision
    from version v
    join (
      select kind, name, max(revision) as revision
      from version
      where project = ${project} and environment = ${name} and revision <= ${revision}
      group by kind, name
    ) last on last.kind = v.kind and last.name = v.name and last.revision = v.revision
    where v.project = ${project} and v.environment = ${name} and v.body is not null
  `.execute(db);
  return rows.map(writeFromRow);
}

async function written(
  db: Kysely<Tables>,
  environment: string,
  kind: Write['kind'],
  row: string,
): Promise<readonly number[]> {
  const { project, name } = environmentName(environment);
  const rows = await db
    .selectFrom('version')
    .select('revision')
    .where('project', '=', project)
    .where('environment', '=', name)
    .where('kind', '=', kind)
    .where('name', '=', row)
    .orderBy('revision', 'desc')
    .execute();
  return rows.map(({ revision }) => revision);
}

async function standing(db: Kysely<Tables>, environment: string): Promise<readonly Standing[]> {
  const { project, name } = environmentName(environment);
  const rows = await db
    .selectFrom('standing')
    .select(['origin', 'digest', 'revision', 'at', 'issues'])
    .where('project', '=', project)
    .where('environment', '=', name)
    .orderBy('origin')
    .execute();
  return rows.map((row) => ({ ...row, origin: row.origin as Origin }));
}

async function stand(db: Kysely<Tables>, environment: string, row: Standing): Promise<void> {
  const { project, name } = environmentName(environment);
  const { origin, ...set } = row;
  await db
    .insertInto('standing')
    .values({ project, environment: name, origin, ...set })
    .onConflict((conflict) => conflict.columns(['project', 'environment', 'origin']).doUpdateSet(set))
    .execute();
}

async function lease(
  db: Kysely<Tables>,
  { now }: Dialect,
  name: string,
  holder: string,
  ttl: number,
): Promise<Lease | undefined> {
  // One statement, so that of two takers one wins: the row's lock orders them, and the loser's WHERE no longer holds.
  const { rows } = await sql<Lease>`
    insert into lease (name, holder, token, expires) values (${name}, ${holder}, 1, ${now} + ${sql.lit(ttl)})
    on conflict (name) do update set
      token = case when lease.holder = excluded.holder and lease.expires > ${now} then lease.token else lease.token + 1 end,
      holder = excluded.holder,
      expires = excluded.expires
    where lease.holder = excluded.holder or lease.expires <= ${now}
    returning token, expires
  `.execute(db);
  return rows[0];
}
