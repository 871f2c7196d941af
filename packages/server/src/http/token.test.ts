import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createCredentials, keepToken } from './token.ts';

const folder = mkdtempSync(join(tmpdir(), 'ombre-token-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('credentials', () => {
  test('the write token writes and reads, the read token reads', () => {
    const credentials = createCredentials({ write: 'w-secret', read: 'r-secret' });
    expect(credentials.allows('write', 'w-secret')).toBe(true);
    expect(credentials.allows('read', 'w-secret')).toBe(true);
    expect(credentials.allows('read', 'r-secret')).toBe(true);
    for (const shown of [undefined, '', 'r-secret', 'w-secre', 'w-secret ', 'W-SECRET']) {
      expect(credentials.allows('write', shown)).toBe(false);
    }
  });

  test('without a read token reading is open and writing is not', () => {
    const credentials = createCredentials({ write: 'w-secret' });
    expect(credentials.allows('read', undefined)).toBe(true);
    expect(credentials.allows('write', undefined)).toBe(false);
    expect(credentials.ticket('a/b')).toBeUndefined();
    expect(credentials.isTicket('a/b', '')).toBe(false);
  });

  test('a ticket opens the stream of its environment under its read token only', () => {
    const credentials = createCredentials({ write: 'w', read: 'r' });
    const ticket = credentials.ticket('a/b')!;
    expect(credentials.isTicket('a/b', ticket)).toBe(true);
    expect(credentials.isTicket('a/c', ticket)).toBe(false);
    expect(createCredentials({ write: 'w', read: 'other' }).isTicket('a/b', ticket)).toBe(false);
    expect(credentials.allows('read', ticket)).toBe(false);
  });
});

describe('a kept token', () => {
  test('is made once, for its owner alone', () => {
    const file = join(folder, 'data', 'write-token');
    const token = keepToken(file);
    expect(token.length).toBeGreaterThanOrEqual(32);
    expect(keepToken(file)).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('replaces a file that holds none', () => {
    const file = join(folder, 'empty');
    writeFileSync(file, '\n', { mode: 0o644 });
    const token = keepToken(file);
    expect(readFileSync(file, 'utf8')).toBe(`${token}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
