import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The tokens a server accepts. The write token may also read. */
export interface Tokens {
  readonly write: string;
  /** Absent: reading needs no token. */
  readonly read?: string;
  /** What other processes on the same database show, made anew at each start. */
  readonly handedOn?: string;
}

export interface Credentials {
  /** What the caller may do with what it showed. */
  allows(access: 'read' | 'write', shown: string | undefined): boolean;
  /** Whether another process shows it, which hands on a request that it has checked. */
  isHandedOn(shown: string | undefined): boolean;
  /** Opens one environment's event stream and nothing else: browsers cannot send a header there. Absent where reading needs no token. */
  ticket(environment: string): string | undefined;
  isTicket(environment: string, shown: string): boolean;
  readonly readIsOpen: boolean;
}

/** Comparisons take the same time wherever two tokens differ, and whatever their lengths. */
export function createCredentials(tokens: Tokens): Credentials {
  const write = digest(tokens.write);
  const read = tokens.read === undefined ? undefined : digest(tokens.read);
  const handedOn = tokens.handedOn === undefined ? undefined : digest(tokens.handedOn);
  const ticket = (environment: string): string =>
    createHmac('sha256', tokens.read ?? '')
      .update(`events:${environment}`)
      .digest('base64url');
  return {
    readIsOpen: read === undefined,
    allows(access, shown) {
      if (access === 'read' && read === undefined) return true;
      if (shown === undefined) return false;
      const given = digest(shown);
      const isWrite = timingSafeEqual(given, write);
      const isRead = read !== undefined && timingSafeEqual(given, read);
      return access === 'write' ? isWrite : isWrite || isRead;
    },
    isHandedOn: (shown) =>
      handedOn !== undefined && shown !== undefined && timingSafeEqual(digest(shown), handedOn),
    ticket: (environment) => (read === undefined ? undefined : ticket(environment)),
    isTicket: (environment, shown) =>
      read !== undefined && timingSafeEqual(digest(shown), digest(ticket(environment))),
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The token kept in a file only its owner reads; made where there is none. */
export function keepToken(file: string): string {
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept.length >= 16) return kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const token = randomBytes(24).toString('base64url');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  // An existing file keeps its mode when it is written.
  chmodSync(file, 0o600);
  return token;
}
