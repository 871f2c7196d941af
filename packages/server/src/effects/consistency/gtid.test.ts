import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countGtids, gtidGap, parseGtidSet, subtractGtids } from './gtid.ts';

const A = '3E11FA47-71CA-11E1-9E33-C80AA9429562';
const B = '2174B383-5441-11E8-B90A-C80AA9429562';
const count = (text: string) => {
  const set = parseGtidSet(text);
  return set && Number(countGtids(set));
};
const left = (a: string, b: string) => Number(countGtids(subtractGtids(parseGtidSet(a)!, parseGtidSet(b)!)));

// The examples of the MySQL 8.4 Reference Manual: "GTID Format and Storage", "Functions Used with Global Transaction Identifiers".
describe('a GTID set', () => {
  test('is read as the manual writes it', () => {
    expect(count(`${A}:23`)).toBe(1);
    expect(count(`${A}:1-5`)).toBe(5);
    expect(count(`${A}:1-3:11:47-49`)).toBe(7);
    expect(count(`${B}:1-3, 24DA167-0C0C-11E8-8442-00059A3C7B00:1-19`)).toBeUndefined();
    expect(count(`${B}:1-3, 24DA1670-0C0C-11E8-8442-00059A3C7B00:1-19`)).toBe(22);
    expect(count(`${A}:1-3:15-21:domain_1:1-3:15-21:domain_2:8-52`)).toBe(10 + 10 + 45);
    expect(count('')).toBe(0);
    expect(count(`${A}:1-5,\n${A}:3-9`)).toBe(9);
    expect(count(`${A}:1-5:6-9:5`)).toBe(9);
    expect(count(`${A}:5-1`)).toBe(0);
    expect(count(`${A.toLowerCase().replaceAll('-', '')}:1`)).toBe(1);
  });

  test('is none where MySQL takes none', () => {
    for (const text of [
      A,
      `${A}:`,
      `${A}:0`,
      `${A}:1-`,
      `${A}:-1`,
      'x:1',
      `${A}:a:b:1`,
      `${A}:tag`,
      `${A}:9223372036854775807`,
    ]) {
      expect(parseGtidSet(text), text).toBeUndefined();
    }
  });

  test('is subtracted as GTID_SUBTRACT of the manual does', () => {
    const set = `${A}:21-57`;
    expect(left(set, `${A}:21`)).toBe(36);
    expect(left(set, `${A}:20-25`)).toBe(32);
    expect(left(set, `${A}:23-24`)).toBe(35);
    expect(left(set, `${B}:21-57`)).toBe(37);
    expect(left(`${A}:tag:1-9`, `${A}:1-9`)).toBe(9);
  });

  test('counts and subtracts as sets of numbers do', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });
    const written = (some: readonly number[]) => (some.length === 0 ? '' : `${A}:${some.join(':')}`);
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const missing = one.filter((number) => !other.includes(number)).length;
        const errant = other.filter((number) => !one.includes(number)).length;
        expect(gtidGap(written(one), written(other))).toEqual({
          ok: true,
          missing: BigInt(missing),
          errant: BigInt(errant),
        });
      }),
    );
  });
});

test('a replica is so many transactions behind, and what it wrote itself is told apart', () => {
  expect(gtidGap(`${A}:1-1100`, `${A}:1-1000`)).toEqual({ ok: true, missing: 100n, errant: 0n });
  expect(gtidGap(`${A}:1-1100`, `${A}:1-1100, ${B}:1-2`)).toEqual({ ok: true, missing: 0n, errant: 2n });
  expect(gtidGap('nonsense', '')).toEqual({ ok: false });
});
