import type { SqliteDatabase, SqliteStatement } from 'kysely';
import Database from 'libsql';

/** Where a statement is: about to run, or run and not yet answered. */
export type Step = (when: 'before' | 'after', sql: string) => void;

/**
 * The part of libsql that kysely uses. `step` sees every statement on either side of its execution, `begin` and `commit` too: tests
 * stop the process there.
 */
export function openDatabase(path: string, step?: Step): SqliteDatabase {
  const database = new Database(path);
  const prepare = (sql: string): SqliteStatement => {
    // A full disk ends the transaction by itself; kysely's rollback after it would hide the reason behind "no transaction is active".
    const moot = sql === 'rollback' && !database.inTransaction;
    const statement = database.prepare(moot ? 'select 1 where 0' : sql);
    if (step === undefined) return statement as unknown as SqliteStatement;
    const around = <T>(run: () => T): T => {
      step('before', sql);
      const result = run();
      step('after', sql);
      return result;
    };
    return {
      reader: statement.reader,
      all: (parameters) => around(() => statement.all(...parameters)),
      run: (parameters) => around(() => statement.run(...parameters)),
      iterate: (parameters) => statement.iterate(...parameters),
    };
  };
  return { prepare, close: () => database.close() };
}
