import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compareVersions, parseRange, parseVersion, type SemverOptions, satisfies } from './semver.ts';

/** Cases of npm's own semver package; how many pass may only grow. */
const file = '../shared/conformance/node-semver.jsonl';
const floor = 182;

interface Case {
  readonly id: string;
  readonly section: string;
  readonly case: readonly unknown[];
}

function optionsOf(value: unknown): SemverOptions {
  if (typeof value === 'boolean') return { loose: value };
  const { loose, includePrerelease } = (value ?? {}) as Record<string, unknown>;
  return { loose: Boolean(loose), includePrerelease: Boolean(includePrerelease) };
}

function isIn(range: string, version: string, options: SemverOptions): boolean {
  const parsedRange = parseRange(range, options);
  const parsedVersion = parseVersion(version, options);
  return (
    parsedRange !== undefined && parsedVersion !== undefined && satisfies(parsedVersion, parsedRange, options)
  );
}

function order(a: string, b: string, options: SemverOptions): number {
  const left = parseVersion(a, options);
  const right = parseVersion(b, options);
  return left && right ? Math.sign(compareVersions(left, right)) : Number.NaN;
}

function passes({ section, case: one }: Case): boolean {
  const [first, second, third] = one as [string, string, unknown];
  const options = optionsOf(third);
  switch (section) {
    case 'comparisons':
      return order(first, second, options) === 1 && order(second, first, options) === -1;
    case 'equality':
      return order(first, second, options) === 0;
    case 'range-include':
      return isIn(first, second, options);
    case 'range-exclude':
      return !isIn(first, second, options);
    case 'valid-versions': {
      const [text, major, minor, patch, prerelease, build] = one;
      expect(parseVersion(text as string)).toEqual({ major, minor, patch, prerelease, build });
      return true;
    }
    default:
      return false;
  }
}

const absent = !existsSync(file);
const cases = absent
  ? []
  : readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line): Case => JSON.parse(line));

describe.skipIf(absent)('the cases of node-semver', () => {
  test('pass, and no fewer than before', () => {
    const failures = cases
      .filter((one) => !passes(one))
      .map((one) => `${one.id} ${JSON.stringify(one.case)}`);
    const passed = cases.length - failures.length;
    console.log(
      `node-semver: ${passed} of ${cases.length} (${((100 * passed) / cases.length).toFixed(2)} %)`,
    );
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThanOrEqual(floor);
  });
});

describe('versions', () => {
  test('are refused where a number has a leading zero or leaves the safe integers', () => {
    for (const text of ['01.2.3', '1.2', '1.2.3-01', '1.2.9007199254740992', '', 'x'.repeat(300)]) {
      expect(parseVersion(text)).toBeUndefined();
    }
  });

  test('of a range that cannot be read have no range', () => {
    for (const text of ['foo', '>=1.2.3 bar', '1.2.3.4', '^', '>>1', '='.repeat(400)])
      expect(parseRange(text)).toBeUndefined();
  });
});
