import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { rowText } from '../hash-chain.ts';
import { environmentName, resourceName } from '../names.ts';
import type { Write } from '../row.ts';
import { overrideToRow, placementToRow, resourceToRow } from './rows.ts';
import type { Tables } from './tables.ts';

/** Rows of one statement: SQLite takes a millisecond or two for so many, and the process does nothing else meanwhile. */
const BATCH = 50;

/** Keeps what a change wrote beside the log and makes it current. The caller's transaction. */
export async function writeRows(
  tx: Kysely<Tables>,
  environment: string,
  revision: number,
  writes: readonly Write[],
): Promise<void> {
  const { project, name } = environmentName(environment);
  for (const batch of batches(writes)) {
    await tx
      .insertInto('version')
      .values(
        batch.map((write) => ({
          project,
          environment: name,
          revision,
          kind: write.kind,
          name: write.name,
          body: rowText(write),
        })),
      )
      .execute();
    if (batch.length === BATCH) await setImmediate();
  }
  await writeCurrent(tx, environment, writes);
}

/** Replaces the current rows that were written and drops those that were deleted. */
export async function writeCurrent(
  tx: Kysely<Tables>,
  environment: string,
  writes: readonly Write[],
): Promise<void> {
  const { project, name } = environmentName(environment);
  for (const batch of batches(writes)) {
    // Delete, then insert what has a row: one statement for a whole batch in either database, and no row by row upsert.
    for (const [kind, names] of keysByKind(batch)) {
      await tx
        .deleteFrom('resource')
        .where('project', '=', project)
        .where('environment', '=', name)
        .where('kind', '=', kind)
        .where('name', 'in', names)
        .execute();
    }
    const releases = batch.filter((write) => write.kind === 'Placement').map((write) => write.name);
    if (releases.length > 0) {
      await tx
        .deleteFrom('placement')
        .where('project', '=', project)
        .where('environment', '=', name)
        .where('release', 'in', releases)
        .execute();
    }
    const ids = batch.filter((write) => write.kind === 'Override').map((write) => write.name);
    if (ids.length > 0) {
      await tx
        .deleteFrom('override')
        .where('project', '=', project)
        .where('environment', '=', name)
        .where('id', 'in', ids)
        .execute();
    }
    const resources = batch.flatMap((write) =>
      write.kind === 'Resource' && write.row !== null
        ? [resourceToRow(environment, write.name, write.row)]
        : [],
    );
    if (resources.length > 0) await tx.insertInto('resource').values(resources).execute();
    const placements = batch.flatMap((write) =>
      write.kind === 'Placement' && write.row !== null ? [placementToRow(environment, write.row)] : [],
    );
    if (placements.length > 0) await tx.insertInto('placement').values(placements).execute();
    const overrides = batch.flatMap((write) =>
      write.kind === 'Override' && write.row !== null ? [overrideToRow(environment, write.row)] : [],
    );
    if (overrides.length > 0) await tx.insertInto('override').values(overrides).execute();
    if (batch.length === BATCH) await setImmediate();
  }
}

function keysByKind(writes: readonly Write[]): ReadonlyMap<string, readonly string[]> {
  const byKind = new Map<string, string[]>();
  for (const write of writes) {
    if (write.kind !== 'Resource') continue;
    const { kind, name } = resourceName(write.name);
    const names = byKind.get(kind);
    if (names === undefined) byKind.set(kind, [name]);
    else names.push(name);
  }
  return byKind;
}

function* batches(writes: readonly Write[]): Generator<readonly Write[]> {
  for (let start = 0; start < writes.length; start += BATCH) yield writes.slice(start, start + BATCH);
}
