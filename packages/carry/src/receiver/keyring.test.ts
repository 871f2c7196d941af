import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openKeyring } from './keyring.ts';

const pair = () => generateKeyPairSync('ed25519');
const signed = (text: string, { privateKey }: ReturnType<typeof pair>) =>
  sign(null, Buffer.from(text), privateKey).toString('base64url');

const ours = pair();
const theirs = pair();
const spki = (key: typeof ours) => key.publicKey.export({ format: 'der', type: 'spki' });

describe('a keyring', () => {
  test('reads a key as PEM, as base64 of its SPKI, and as its 32 bytes', () => {
    const forms = [
      ours.publicKey.export({ format: 'pem', type: 'spki' }) as string,
      spki(ours).toString('base64'),
      spki(ours).toString('base64url'),
      spki(ours).subarray(-32).toString('base64url'),
    ];
    for (const form of forms) {
      const keyring = openKeyring([`${form}\n`]);
      expect(keyring.check('text', 'any', signed('text', ours))).toBe('trusted');
    }
    expect(new Set(forms.map((form) => openKeyring([form]).ids[0])).size).toBe(1);
  });

  test('tells an altered text from a key it was not given', () => {
    const keyring = openKeyring([spki(ours).toString('base64url')]);
    const [id = ''] = keyring.ids;
    expect(keyring.check('text!', id, signed('text', ours))).toBe('SIGNATURE_INVALID');
    expect(keyring.check('text', 'k9', signed('text', theirs))).toBe('KEY_UNTRUSTED');
    expect(keyring.check('text', id, '')).toBe('SIGNATURE_INVALID');
  });

  test('trusts both keys while one is exchanged for the other', () => {
    const keyring = openKeyring([spki(ours).toString('base64url'), spki(theirs).toString('base64url')]);
    expect(keyring.check('text', 'x', signed('text', ours))).toBe('trusted');
    expect(keyring.check('text', 'y', signed('text', theirs))).toBe('trusted');
  });

  test('refuses what is no Ed25519 key, and more than two', () => {
    const curve = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const key = spki(ours).toString('base64url');
    const wrong = [curve.publicKey.export({ format: 'pem', type: 'spki' }) as string, 'hello', ''];
    for (const text of wrong) expect(() => openKeyring([text])).toThrow(TypeError);
    expect(() => openKeyring([])).toThrow('one or two keys');
    expect(() => openKeyring([key, key, key])).toThrow('one or two keys');
  });
});
