import type { Kysely } from 'kysely';
import type { Columns, Migration } from './migration.ts';

export const progress: Migration = {
  number: 2,
  phase: 'expand',
  what: 'progress of releases, the effects their controllers have open, their history, and the inbox of commands',
  up: async (db: Kysely<never>, { integer }: Columns): Promise<void> => {
    const { schema } = db;
    const keyed = (table: string) =>
      schema
        .createTable(table)
        .addColumn('project', 'text', (c) => c.notNull())
        .addColumn('environment', 'text', (c) => c.notNull())
        .addForeignKeyConstraint(`${table}_environment`, ['project', 'environment'], 'environment', [
          'project',
          'name',
        ]);

    await keyed('progress')
      .addColumn('release', 'text', (c) => c.notNull())
      .addColumn('version', integer, (c) => c.notNull())
      .addColumn('fence', integer, (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('facts', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('progress_pk', ['project', 'environment', 'release'])
      .execute();

    await keyed('effect')
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('release', 'text', (c) => c.notNull())
      .addColumn('number', integer, (c) => c.notNull())
      .addColumn('asked_at', integer, (c) => c.notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('effect_pk', ['project', 'environment', 'key'])
      .execute();

    await keyed('release_event')
      .addColumn('release', 'text', (c) => c.notNull())
      .addColumn('number', integer, (c) => c.notNull())
      .addColumn('at', integer, (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('alert', integer, (c) => c.notNull())
      .addColumn('evidence', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('release_event_pk', ['project', 'environment', 'release', 'number'])
      .execute();

    await keyed('release_command')
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('release', 'text', (c) => c.notNull())
      .addColumn('command', 'text', (c) => c.notNull())
      .addColumn('by', 'text', (c) => c.notNull())
      .addColumn('why', 'text', (c) => c.notNull())
      .addColumn('at', integer, (c) => c.notNull())
      .addColumn('answered', integer, (c) => c.notNull())
      .addColumn('refusal', 'text')
      .addPrimaryKeyConstraint('release_command_pk', ['project', 'environment', 'id'])
      .execute();
    await schema
      .createIndex('release_command_open')
      .on('release_command')
      .columns(['project', 'environment', 'answered', 'at'])
      .execute();
  },
};
