import { setTimeout as pause } from 'node:timers/promises';
import type { Performed } from '../effect.ts';

/** The part of a connection that is used. */
export interface Connection {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

export interface Lag {
  /** Bytes of the log the standby may have still to replay. */
  readonly bytes: number;
  /** Milliseconds in which it must replay what the primary had written when asked. */
  readonly within: number;
}

/** Milliseconds between two looks at a standby that is behind. */
const LOOK = 50;

/**
 * Whether a standby has what its primary has: the gap of the log is small, or what was written when asked is replayed in
 * time. Measured by the log alone: no clock of another machine is believed. `failed`: it is behind, or is no standby of this primary.
 */
export async function replays(
  primary: Connection,
  standby: Connection,
  { bytes, within }: Lag,
  signal: AbortSignal,
): Promise<Performed> {
  const [one, other] = await Promise.all([about(primary), about(standby)]);
  if (one.standby) return failed('the primary is in recovery itself');
  if (!other.standby) return failed('the standby is not in recovery: it is no standby (any more)');
  if (one.system !== other.system) return failed('primary and standby are different systems');
  const { rows } = await primary.query('select pg_current_wal_lsn()::text as written');
  const written = String(rows[0]?.written);
  const missing = await gapOf(standby, written);
  if (missing === undefined) return failed('the standby has replayed nothing yet');
  if (missing <= bytes) return { result: 'done' };
  const start = performance.now();
  while (performance.now() - start < within) {
    if (signal.aborted) return { result: 'unknown', detail: 'the question was stopped' };
    await pause(Math.min(LOOK, within));
    if (((await gapOf(standby, written)) ?? missing) <= 0) return { result: 'done' };
  }
  return failed(
    `the standby was ${missing} bytes behind, more than ${bytes}, and did not catch up within ${within} ms`,
  );
}

function failed(detail: string): Performed {
  return { result: 'failed', detail };
}

async function about(
  connection: Connection,
): Promise<{ readonly standby: boolean; readonly system: string }> {
  const { rows } = await connection.query(
    'select pg_is_in_recovery() as standby, (select system_identifier::text from pg_control_system()) as system',
  );
  return { standby: rows[0]?.standby === true, system: String(rows[0]?.system) };
}

/** Bytes of the log up to `written` that the standby has not replayed; at most 0 when it has. */
async function gapOf(standby: Connection, written: string): Promise<number | undefined> {
  const { rows } = await standby.query(
    'select pg_wal_lsn_diff($1::pg_lsn, pg_last_wal_replay_lsn())::text as gap',
    [written],
  );
  const gap = rows[0]?.gap;
  return gap === null || gap === undefined ? undefined : Number(gap);
}
