import { type Kysely, sql } from 'kysely';
import { environmentName } from '../names.ts';
import { revisionOf, type TwoPhaseRow, type TwoPhaseStore } from '../two-phase/two-phase-store.ts';
import type { Dialect } from './dialect.ts';
import { holdsLease } from './holds-lease.ts';
import { readJson } from './rows.ts';
import type { Tables } from './tables.ts';

/** Records in the database of a store. `explained` turns errors of the driver into the store's. */
export function sqlTwoPhase(
  db: Kysely<Tables>,
  dialect: Dialect,
  explained: <T>(work: () => Promise<T>) => Promise<T>,
): TwoPhaseStore {
  return {
    last: (environment) =>
      explained(async () => {
        const row = await rowsOf(db, environment).orderBy('number', 'desc').limit(1).executeTakeFirst();
        return row && fromRow(row);
      }),
    find: (environment, id) =>
      explained(async () => {
        const row = await rowsOf(db, environment).where('id', '=', id).executeTakeFirst();
        return row && fromRow(row);
      }),
    floor: (environment, lineage) =>
      explained(async () => {
        const { project, name } = environmentName(environment);
        const { floor } = await db
          .selectFrom('two_phase')
          .select(sql<number>`coalesce(max(revision), 0)`.as('floor'))
          .where('project', '=', project)
          .where('environment', '=', name)
          .where('lineage', '=', lineage)
          .executeTakeFirstOrThrow();
        return Number(floor);
      }),
    write: (environment, row, fence) =>
      explained(() =>
        db.transaction().execute(async (tx) => {
          if (!(await holdsLease(tx, dialect, fence))) return { ok: false, code: 'FENCED' };
          await writeTwoPhase(tx, environment, row);
          // Receivers of other processes hear of it through those.
          await dialect.announce(tx, environment);
          return { ok: true };
        }),
      ),
  };
}

/** Adds the record or replaces the one with its id. The caller's transaction. */
export async function writeTwoPhase(
  tx: Kysely<Tables>,
  environment: string,
  { lineage, change, asked, staged, decidedAt, endedAt }: TwoPhaseRow,
): Promise<void> {
  const { project, name } = environmentName(environment);
  const { id, phase, version, base, touches, members, joined, why = null } = change;
  const set = {
    lineage,
    phase,
    version,
    base,
    revision: revisionOf(change),
    touches: JSON.stringify(touches),
    members: JSON.stringify(members),
    joined: JSON.stringify(joined),
    staged: JSON.stringify(staged),
    why,
    asked: JSON.stringify(asked),
    decided_at: decidedAt,
    ended_at: endedAt,
  };
  await tx
    .insertInto('two_phase')
    .values({
      project,
      environment: name,
      id,
      number: sql<number>`(select coalesce(max(number), 0) + 1 from two_phase where project = ${project} and environment = ${name})`,
      ...set,
    })
    .onConflict((conflict) => conflict.columns(['project', 'environment', 'id']).doUpdateSet(set))
    .execute();
}

function rowsOf(db: Kysely<Tables>, environment: string) {
  const { project, name } = environmentName(environment);
  return db
    .selectFrom('two_phase')
    .selectAll()
    .where('project', '=', project)
    .where('environment', '=', name);
}

function fromRow(row: Tables['two_phase']): TwoPhaseRow {
  const what = `Two-phase change ${row.id}`;
  const { id, version, base } = row;
  return {
    lineage: row.lineage,
    change: {
      id,
      phase: row.phase as TwoPhaseRow['change']['phase'],
      version,
      base,
      touches: readJson(row.touches, what),
      members: readJson(row.members, what),
      joined: readJson(row.joined, what),
      ...(row.why === null ? {} : { why: row.why }),
    },
    asked: readJson(row.asked, what),
    staged: readJson(row.staged, what),
    decidedAt: row.decided_at,
    endedAt: row.ended_at,
  };
}
