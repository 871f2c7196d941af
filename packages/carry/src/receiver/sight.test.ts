import { type Head, headPayload } from '@ombre/decide';
import type { SignedSuccession } from '@ombre/protocol';
import { describe, expect, test } from 'vitest';
import { makeKeys, signHead, signSuccession, signText } from '../signing.suite.ts';
import { openKeyring } from './keyring.ts';
import { sight } from './sight.ts';

const keys = makeKeys();
const strangers = makeKeys();
const keyring = openKeyring([keys.publicText]);

const head: Head = { environment: 'shop/live', lineage: 'c', revision: 1, digest: 'd'.repeat(64) };
const signed = signHead(head, keys, 1_000, 2_000);

function succession(from: string, to: string, by = keys, environment = 'shop/live'): SignedSuccession {
  return signSuccession(environment, from, to, by);
}

describe('a sighting', () => {
  test('says whether a head is signed, and whether it has expired', () => {
    expect(sight({ signed }, keyring, 1_999)).toMatchObject({ trust: 'trusted', expired: false });
    expect(sight({ signed }, keyring, 2_000)).toMatchObject({ trust: 'trusted', expired: true });
    expect(sight({ signed }, undefined, 9_999)).toMatchObject({ trust: 'unchecked', expired: false });
  });

  test('covers every part of the head with the signature', () => {
    const altered = [
      { ...signed, head: { ...head, environment: 'shop/test' } },
      { ...signed, head: { ...head, lineage: 'x' } },
      { ...signed, head: { ...head, revision: 2 } },
      { ...signed, head: { ...head, digest: 'f'.repeat(64) } },
      { ...signed, issued: 1_001 },
      { ...signed, expires: 2_001 },
    ];
    for (const one of altered) expect(sight({ signed: one }, keyring, 1_500).trust).not.toBe('trusted');
  });

  test('follows succession records over several restores, and only trusted ones of this environment', () => {
    const lineages = (...successions: SignedSuccession[]) =>
      sight({ signed, successions }, keyring, 1_500).succeeds.toSorted();
    expect(lineages(succession('a', 'b'), succession('b', 'c'))).toEqual(['a', 'b']);
    expect(lineages(succession('a', 'b'))).toEqual([]);
    expect(lineages(succession('b', 'c', strangers))).toEqual([]);
    expect(lineages(succession('b', 'c', keys, 'shop/test'))).toEqual([]);
    expect(lineages(succession('c', 'b'), succession('b', 'c'))).toEqual(['b', 'c']);
  });

  test('takes nothing else that a trusted key has signed for a record', () => {
    for (const payload of ['0a1b', 'null', '[]', '{"environment":"shop/live"}', headPayload(head, 1, 2)]) {
      const successions = [{ payload, key: 'k', signature: signText(payload, keys) }];
      expect(sight({ signed, successions }, keyring, 1_500).succeeds).toEqual([]);
    }
  });
});
