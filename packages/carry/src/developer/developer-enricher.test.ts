import { generateKeyPairSync, sign } from 'node:crypto';
import { type DeveloperClaim, developerPayload, writeDeveloperToken } from '@ombre/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openKeyring } from '../receiver/keyring.ts';
import { developerEnricher } from './developer-enricher.ts';

const HOUR = 3_600_000;
const now = 1_800_000_000_000;
const ours = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('ed25519');
const keyring = openKeyring([ours.publicKey.export({ format: 'pem', type: 'spki' }) as string]);

const tokenOf = (more: Partial<DeveloperClaim> = {}, { privateKey } = ours) => {
  const claim = { environment: 'shop/test', developer: 'ada', issued: now, expires: now + HOUR, ...more };
  const signature = sign(
    null,
    Buffer.from(developerPayload(claim, keyring.ids[0] ?? '')),
    privateKey,
  ).toString('base64url');
  return writeDeveloperToken(claim, keyring.ids[0] ?? '', signature);
};

const open = (more: { readonly local?: string; readonly environment?: string | undefined } = {}) => {
  const { local, environment = 'shop/test' } = more;
  const isTrusted = (...signed: [string, string, string]) => keyring.check(...signed) === 'trusted';
  const enricher = developerEnricher({ environment: () => environment, isTrusted, local });
  return (token: unknown, at: number = now) =>
    enricher.derive((name) => (name === 'developer.token' ? token : 'mallory'), at, undefined)[
      'developer.id'
    ];
};

describe('the developer of a context', () => {
  test('is whom a token names that a trusted key signed, until it expires', () => {
    const of = open();
    const token = tokenOf();
    expect([of(token), of(token, now + HOUR - 1), of(token, now + HOUR)]).toEqual(['ada', 'ada', undefined]);
  });

  test('is nobody with another key, another environment, a longer time than tokens last, or a bare name', () => {
    const of = open();
    const none = [
      tokenOf({}, theirs),
      tokenOf({ environment: 'shop/production' }),
      tokenOf({ expires: now + 8 * 24 * HOUR }),
      'ada',
      '',
      undefined,
      7,
      'x'.repeat(1_000_000),
    ];
    expect(none.map((token) => of(token))).toEqual(none.map(() => undefined));
    expect(open({ environment: undefined })(tokenOf({ environment: 'undefined' }))).toBeUndefined();
  });

  test('is nobody when anything of the token is altered', () => {
    const token = tokenOf();
    const of = open();
    const letters = fc.constantFrom(...'abcxyz0189~-_./');
    fc.assert(
      fc.property(fc.nat(token.length - 1), letters, (at, letter) => {
        const altered = token.slice(0, at) + letter + token.slice(at + 1);
        fc.pre(altered !== token);
        // The last digit of base64url holds four bits that no byte has: such a token is another spelling of the same one.
        const same = at === token.length - 1 && of(altered) === 'ada';
        expect(same ? undefined : of(altered)).toBeUndefined();
      }),
    );
  });

  test('ends with the trust in the key, seconds later', () => {
    let trusted = true;
    const enricher = developerEnricher({ environment: () => 'shop/test', isTrusted: () => trusted });
    const of = (at: number) => enricher.derive(() => tokenOf(), at, undefined)['developer.id'];
    expect(of(now)).toBe('ada');
    trusted = false;
    expect(of(now + 10_000)).toBeUndefined();
  });

  test('is the owner of the machine where the process says so, whatever the caller says', () => {
    expect([open({ local: 'lin' })(tokenOf()), open({ local: 'lin' })(undefined)]).toEqual(['lin', 'lin']);
  });
});
