import type { Insertable, Selectable } from 'kysely';
import type { Change } from '../change.ts';
import { environmentName, resourceName } from '../names.ts';
import type { OverrideRow, PlacementRow, ResourceRow, Write } from '../row.ts';
import { StoreError } from '../store.ts';
import type { Tables } from './tables.ts';

type Row<T extends keyof Tables> = Selectable<Tables[T]>;

/** A column of JSON read back; throws CORRUPT where it is none. */
export function readJson<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new StoreError('CORRUPT', `${where} does not hold the JSON that was written there.`, { cause });
  }
}

export function changeFromRow(row: Row<'change'>): Change {
  const where = `Change ${row.revision} of ${row.project}/${row.environment}`;
  return {
    environment: `${row.project}/${row.environment}`,
    lineage: row.lineage,
    revision: row.revision,
    at: row.at,
    author: row.author,
    why: row.why,
    action: row.action as Change['action'],
    origin: row.origin as Change['origin'],
    from: row.from_digest,
    to: row.to_digest,
    names: readJson(row.names, where),
    diff: readJson(row.diff, where),
    writes: readJson(row.writes, where),
    facts: readJson(row.facts, where),
    previous: row.previous,
    hash: row.hash,
    key: row.signing_key,
    signature: row.signature,
  };
}

/** A change as its row, in slices: it may say much. */
export function* changeToRow(change: Change): Generator<undefined, Insertable<Tables['change']>> {
  const { project, name } = environmentName(change.environment);
  return {
    project,
    environment: name,
    revision: change.revision,
    lineage: change.lineage,
    at: change.at,
    author: change.author,
    why: change.why,
    action: change.action,
    origin: change.origin,
    from_digest: change.from,
    to_digest: change.to,
    names: yield* jsonOf(change.names),
    diff: yield* jsonOf(change.diff),
    writes: yield* jsonOf(change.writes),
    facts: JSON.stringify(change.facts),
    previous: change.previous,
    hash: change.hash,
    signing_key: change.key,
    signature: change.signature,
  };
}

/** The JSON of a list, with a pause after some of its items. */
function* jsonOf(list: readonly unknown[]): Generator<undefined, string> {
  const texts: string[] = [];
  for (const item of list) {
    texts.push(JSON.stringify(item));
    if (texts.length % 20 === 0) yield;
  }
  return `[${texts.join(',')}]`;
}

/** A kept row as the write that made it. */
export function writeFromRow(row: Pick<Row<'version'>, 'kind' | 'name' | 'body' | 'revision'>): Write {
  const { kind, name, body } = row;
  return {
    kind,
    name,
    row: body === null ? null : readJson(body, `Row ${kind} ${name} at ${row.revision}`),
  } as Write;
}

export function resourceFromRow(row: Row<'resource'>): ResourceRow {
  return {
    resource: readJson(row.body, `${row.kind}/${row.name}`),
    origin: row.origin as ResourceRow['origin'],
    generation: row.generation,
  };
}

export function resourceToRow(
  environment: string,
  key: string,
  row: ResourceRow,
): Insertable<Tables['resource']> {
  const { project, name } = environmentName(environment);
  const { resource, origin, generation } = row;
  return {
    project,
    environment: name,
    ...resourceName(key),
    origin,
    generation,
    body: JSON.stringify(resource),
  };
}

export function placementFromRow(row: Row<'placement'>): PlacementRow {
  const { release, version, fence } = row;
  return { release, placement: readJson(row.body, `Placement/${release}`), version, fence };
}

export function placementToRow(environment: string, row: PlacementRow): Insertable<Tables['placement']> {
  const { project, name } = environmentName(environment);
  const { release, version, fence, placement } = row;
  const body = JSON.stringify(placement);
  return { project, environment: name, release, version, epoch: placement.epoch, fence, body };
}

export function overrideFromRow(row: Row<'override'>): OverrideRow {
  const { id, flag, by, why, at, until, unit, variant } = row;
  const base = { id, flag, by, why, at, ...(until === null ? {} : { until }) };
  return unit === null || variant === null
    ? { ...base, kind: 'kill' }
    : { ...base, kind: 'target', unit, variant };
}

export function overrideToRow(environment: string, row: OverrideRow): Insertable<Tables['override']> {
  const { project, name } = environmentName(environment);
  const { id, flag, kind, by, why, at } = row;
  return {
    project,
    environment: name,
    id,
    flag,
    kind,
    unit: row.unit ?? null,
    variant: row.variant ?? null,
    by,
    why,
    at,
    until: row.until ?? null,
  };
}
