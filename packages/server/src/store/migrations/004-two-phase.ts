import type { Kysely } from 'kysely';
import type { Columns, Migration } from './migration.ts';

export const twoPhase: Migration = {
  number: 4,
  phase: 'expand',
  what: 'two-phase changes as they are written ahead of what they make happen',
  up: async (db: Kysely<never>, { integer }: Columns): Promise<void> => {
    await db.schema
      .createTable('two_phase')
      .addColumn('project', 'text', (c) => c.notNull())
      .addColumn('environment', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('number', integer, (c) => c.notNull())
      .addColumn('lineage', 'text', (c) => c.notNull())
      .addColumn('phase', 'text', (c) => c.notNull())
      .addColumn('version', integer, (c) => c.notNull())
      .addColumn('base', integer, (c) => c.notNull())
      .addColumn('revision', integer)
      .addColumn('touches', 'text', (c) => c.notNull())
      .addColumn('members', 'text', (c) => c.notNull())
      .addColumn('joined', 'text', (c) => c.notNull())
      .addColumn('staged', 'text', (c) => c.notNull())
      .addColumn('why', 'text')
      .addColumn('asked', 'text', (c) => c.notNull())
      .addColumn('decided_at', integer)
      .addColumn('ended_at', integer)
      .addPrimaryKeyConstraint('two_phase_pk', ['project', 'environment', 'id'])
      .addUniqueConstraint('two_phase_number', ['project', 'environment', 'number'])
      .addForeignKeyConstraint('two_phase_environment', ['project', 'environment'], 'environment', [
        'project',
        'name',
      ])
      .execute();
  },
};
