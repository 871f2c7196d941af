import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { murmur3, murmur3After, murmur3State } from './murmur3.ts';
import { LOGARITHMS, negln } from './negln.ts';
import { isBelow, positionOf, saltState, thresholdOf, unitHash } from './position.ts';
import { makeSplit, splitIndex } from './split.ts';

const root = new URL('../../../../', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

describe('our own vectors', () => {
  test('hashes and positions', () => {
    for (const { salt, unit, hash, position } of read('conformance/buckets.json').vectors) {
      const found = unitHash(saltState(salt), unit);
      expect({ salt, unit, hash: found >>> 0, position: positionOf(found) }).toEqual({
        salt,
        unit,
        hash,
        position,
      });
    }
  });

  test('every entry of the logarithm table and a thousand costs', () => {
    const { table, vectors } = read('conformance/negln.json');
    expect([...LOGARITHMS]).toEqual(table);
    for (const vector of vectors) expect({ m: vector.m, negln: negln(vector.m) }).toEqual(vector);
  });

  test('splits', () => {
    for (const { salt, weights, unit, variant } of read('conformance/splits.json').vectors) {
      const split = makeSplit(weights)!;
      expect(split.variants[splitIndex(split, unitHash(saltState(salt), unit))]).toBe(variant);
    }
  });
});

const shared = new URL('../shared/conformance/hash-vectors.json', root);

test.skipIf(!existsSync(shared))('equals murmur3 of other implementations (needs ../shared)', () => {
  const cases = JSON.parse(readFileSync(shared, 'utf8')).murmur3_x86_32;
  expect(cases.length).toBeGreaterThan(10);
  for (const { input, seed0, seed86028157 } of cases) {
    const text = input === "'x'*1000" ? 'x'.repeat(1000) : input;
    expect([murmur3(text) >>> 0, murmur3(text, 86028157) >>> 0]).toEqual([seed0, seed86028157]);
  }
});

test('a hash may be taken up after any prefix', () => {
  const text = 'submit-service/tenth:学生🙂-abcdefg';
  for (let at = 0; at <= text.length; at++) {
    const cut = [...text].slice(0, at).join('');
    expect(murmur3After(murmur3State(cut), text.slice(cut.length))).toBe(murmur3(text));
  }
});

test('a lone surrogate hashes as U+FFFD', () => {
  expect(murmur3('a\ud800b')).toBe(murmur3('a\ufffdb'));
});

test('a threshold on hashes is the share on positions, to the last hash', () => {
  for (const share of [0, 1, 2, 999, 1000, 123_456, 500_000, 999_999, 1_000_000]) {
    const threshold = thresholdOf(share);
    for (const hash of [threshold - 2, threshold - 1, threshold, threshold + 1]) {
      if (hash >= 0 && hash < 2 ** 32)
        expect(isBelow(hash | 0, threshold)).toBe(positionOf(hash | 0) < share);
    }
  }
});
