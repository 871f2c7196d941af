import type { Kysely } from 'kysely';
import type { Columns, Migration } from './migration.ts';

export const nodes: Migration = {
  number: 3,
  phase: 'expand',
  what: 'processes that work on the store together, and the receivers they have heard',
  up: async (db: Kysely<never>, { integer }: Columns): Promise<void> => {
    const { schema } = db;
    await schema
      .createTable('node')
      .addColumn('id', 'text', (c) => c.notNull().primaryKey())
      .addColumn('url', 'text', (c) => c.notNull())
      .addColumn('secret', 'text', (c) => c.notNull())
      .addColumn('expires', integer, (c) => c.notNull())
      .execute();
    await schema
      .createTable('receiver')
      .addColumn('project', 'text', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('receiver', 'text', (c) => c.notNull())
      .addColumn('class', 'text', (c) => c.notNull())
      .addColumn('lineage', 'text', (c) => c.notNull())
      .addColumn('revision', integer, (c) => c.notNull())
      .addColumn('lacks', integer, (c) => c.notNull())
      .addColumn('body', 'text', (c) => c.notNull())
      .addColumn('node', 'text', (c) => c.notNull())
      .addColumn('connected', integer, (c) => c.notNull())
      .addColumn('heard', integer, (c) => c.notNull())
      .addColumn('expires', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('receiver_pk', ['project', 'environment', 'receiver'])
      .execute();
  },
};
