import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who has a data directory open. The lock itself is the database's, which ends with the process; this file only tells people whose it is. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When it was opened, RFC 3339. */
  readonly since: string;
}

export function writeHolder(path: string, now: number): void {
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date(now).toISOString() };
  writeFileSync(path, `${JSON.stringify(holder)}\n`);
}

export function readHolder(path: string): Holder | undefined {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' && typeof since === 'string'
      ? { pid, host, since }
      : undefined;
  } catch {
    return undefined; // Not there, or torn: then nobody is named.
  }
}

export function removeHolder(path: string): void {
  rmSync(path, { force: true });
}
