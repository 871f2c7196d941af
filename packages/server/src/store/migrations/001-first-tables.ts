import type { Kysely } from 'kysely';
import type { Columns, Migration } from './migration.ts';

export const firstTables: Migration = {
  number: 1,
  phase: 'expand',
  what: 'environments with their head, resources, placements, overrides, the change log with its versions, standing sets, leases',
  up: async (db: Kysely<never>, { integer }: Columns): Promise<void> => {
    const { schema } = db;
    await schema
      .createTable('environment')
      .addColumn('project', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('lineage', 'text', (c) => c.notNull())
      .addColumn('revision', integer, (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('break_glass', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('environment_pk', ['project', 'name'])
      .execute();

    const keyed = (table: string) =>
      schema
        .createTable(table)
        .addColumn('project', 'text', (c) => c.notNull())
        .addColumn('environment', 'text', (c) => c.notNull())
        .addForeignKeyConstraint(`${table}_environment`, ['project', 'environment'], 'environment', [
          'project',
          'name',
        ]);

    await keyed('resource')
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('origin', 'text', (c) => c.notNull())
      .addColumn('generation', integer, (c) => c.notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('resource_pk', ['project', 'environment', 'kind', 'name'])
      .execute();

    await keyed('placement')
      .addColumn('release', 'text', (c) => c.notNull())
      .addColumn('version', integer, (c) => c.notNull())
      .addColumn('epoch', integer, (c) => c.notNull())
      .addColumn('fence', integer, (c) => c.notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('placement_pk', ['project', 'environment', 'release'])
      .execute();

    await keyed('override')
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('flag', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('unit', 'text')
      .addColumn('variant', 'text')
      .addColumn('by', 'text', (c) => c.notNull())
      .addColumn('why', 'text', (c) => c.notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('until', integer)
      .addPrimaryKeyConstraint('override_pk', ['project', 'environment', 'id'])
      .execute();

    await keyed('change')
      .addColumn('revision', integer, (c) => c.notNull())
      .addColumn('lineage', 'text', (c) => c.notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('author', 'text', (c) => c.notNull())
      .addColumn('why', 'text', (c) => c.notNull())
      .addColumn('action', 'text', (c) => c.notNull())
      .addColumn('origin', 'text')
      .addColumn('from_digest', 'text')
      .addColumn('to_digest', 'text', (c) => c.notNull())
      .addColumn('names', 'text', (c) => c.notNull())
      .addColumn('diff', 'text', (c) => c.notNull())
      .addColumn('writes', 'text', (c) => c.notNull())
      .addColumn('facts', 'text', (c) => c.notNull())
      .addColumn('previous', 'text')
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('signing_key', 'text', (c) => c.notNull())
      .addColumn('signature', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('change_pk', ['project', 'environment', 'revision'])
      .execute();

    await keyed('version')
      .addColumn('revision', integer, (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('body', 'text')
      .addPrimaryKeyConstraint('version_pk', ['project', 'environment', 'kind', 'name', 'revision'])
      .execute();
    await schema
      .createIndex('version_by_revision')
      .on('version')
      .columns(['project', 'environment', 'revision'])
      .execute();

    await keyed('standing')
      .addColumn('origin', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('revision', integer, (c) => c.notNull())
      .addColumn('at', integer, (c) => c.notNull())
      .addColumn('issues', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('standing_pk', ['project', 'environment', 'origin'])
      .execute();

    await schema
      .createTable('lease')
      .addColumn('name', 'text', (c) => c.notNull().primaryKey())
      .addColumn('holder', 'text', (c) => c.notNull())
      .addColumn('token', integer, (c) => c.notNull())
      .addColumn('expires', integer, (c) => c.notNull())
      .execute();
  },
};
