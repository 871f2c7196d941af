import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Keyring, openKeyring } from './keyring.ts';

let directory: string;
let now: number;
let keyring: Keyring;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'ombre-keys-')), 'keys');
  now = 0;
  keyring = openKeyring(directory, () => now);
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

describe('a keyring', () => {
  test('is made with one key that only its owner can read, and is the same when opened again', () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const [private_] = readdirSync(directory).filter((name) => name.endsWith('.private.pem'));
    expect(statSync(join(directory, private_!)).mode & 0o777).toBe(0o600);
    expect(openKeyring(directory, () => now).signer().key).toBe(keyring.signer().key);
  });

  test('signs so that the public half it names verifies', () => {
    const { key, sign } = keyring.signer();
    const [trusted] = keyring.trusted();
    expect(trusted?.id).toBe(key);
    const signature = Buffer.from(sign('text'), 'base64url');
    expect(verify(null, Buffer.from('text'), createPublicKey(trusted!.pem), signature)).toBe(true);
    expect(verify(null, Buffer.from('texT'), createPublicKey(trusted!.pem), signature)).toBe(false);
  });

  test('rotates in two steps: the next key is trusted before it signs, and only one key signs', () => {
    const first = keyring.signer().key;
    expect(keyring.rotate()).toBeUndefined();
    const next = keyring.prepare();
    expect(keyring.prepare()).toEqual(next);
    expect(keyring.signer().key).toBe(first);
    expect(keyring.trusted().map(({ id }) => id)).toEqual([first, next.id]);
    expect(keyring.rotate()?.id).toBe(next.id);
    expect(keyring.signer().key).toBe(next.id);
    expect(keyring.trusted().map(({ id }) => id)).toEqual([next.id]);
    expect(readdirSync(directory)).not.toContain(`${first}.private.pem`);
  });

  test('lists every key with what it is for, and forgets those that do not sign', () => {
    const first = keyring.signer().key;
    const next = keyring.prepare().id;
    const listed = () => keyring.all().map(({ id, role }) => [role, id]);
    expect(listed()).toEqual([
      ['active', first],
      ['next', next],
    ]);
    keyring.forget(next);
    expect(listed()).toEqual([['active', first]]);
    expect(keyring.rotate()).toBeUndefined();
    const second = keyring.prepare().id;
    keyring.rotate();
    expect(listed()).toEqual([
      ['active', second],
      ['retired', first],
    ]);
    expect(() => keyring.forget(second)).toThrow('the key that signs');
    keyring.forget(first);
    expect([listed(), keyring.knows(first)]).toEqual([[['active', second]], false]);
    expect(readdirSync(directory).filter((name) => name.includes(first))).toEqual([]);
  });

  test('goes over to a key that another process made active, without a restart', () => {
    const first = keyring.signer().key;
    const other = openKeyring(directory, () => now);
    const { id } = other.prepare();
    other.rotate();
    expect(keyring.signer().key).toBe(first);
    now += 1_000;
    expect(keyring.signer().key).toBe(id);
  });

  test('still verifies what retired keys signed', () => {
    const { key, sign } = keyring.signer();
    const signature = sign('text');
    keyring.prepare();
    keyring.rotate();
    expect(keyring.verify(key, 'text', signature)).toBe(true);
    expect(keyring.verify(key, 'other', signature)).toBe(false);
    expect(keyring.verify(keyring.signer().key, 'text', signature)).toBe(false);
    expect(keyring.verify('unknown', 'text', signature)).toBe(false);
    expect(keyring.verify(key, 'text', 'no signature')).toBe(false);
  });

  test('does not believe a public key under another key’s name', () => {
    const { key } = keyring.signer();
    const stranger = openKeyring(join(directory, 'stranger'), () => now);
    const pem = stranger.trusted()[0]!.pem;
    writeFileSync(join(directory, `${key}.public.pem`), pem);
    expect(keyring.verify(key, 'text', stranger.signer().sign('text'))).toBe(false);
  });

  test('never signs with a new key silently when its own is gone', () => {
    rmSync(join(directory, `${keyring.signer().key}.private.pem`));
    expect(() => openKeyring(directory, () => now)).toThrow('no signing key');
  });

  test('keeps no private half in a public file', () => {
    const names = readdirSync(directory).filter((each) => each.endsWith('.public.pem'));
    expect(names).not.toEqual([]);
    for (const name of names) {
      expect(readFileSync(join(directory, name), 'utf8')).not.toContain('PRIVATE');
    }
  });
});
