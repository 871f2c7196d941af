import type { Kysely } from 'kysely';

/** What the two databases call differently. */
export interface Columns {
  /** An integer up to 2⁵³ − 1. */
  readonly integer: 'integer' | 'bigint';
}

/**
 * One numbered step of the schema, run in a transaction of its own. A change of shape takes three releases: *expand* adds what the new
 * code needs beside what the old code uses, *migrate* fills it, *contract* drops what no supported version reads any more; so that
 * servers of neighbouring versions work on one database.
 */
export interface Migration {
  readonly number: number;
  readonly phase: 'expand' | 'migrate' | 'contract';
  readonly what: string;
  up(db: Kysely<never>, columns: Columns): Promise<void>;
}
