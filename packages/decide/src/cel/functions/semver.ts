import { type CelFunction, globalFunction, method, overload } from '../function.ts';
import { compareVersions, parseRange, parseVersion, satisfies, type Version } from '../semver.ts';
import { CelError, type CelObject, type CelValue } from '../value.ts';

/** A semantic version as a value of CEL. */
export class CelSemver implements CelObject {
  readonly celType = 'semver';
  readonly version: Version;
  constructor(version: Version) {
    this.version = version;
  }
  equals(other: CelObject): boolean {
    return other instanceof CelSemver && compareVersions(other.version, this.version) === 0;
  }
}

function invalid(text: string): CelError {
  return new CelError('invalid_argument', `Not a semantic version: ${text.slice(0, 60)}`);
}

function compare(a: CelValue, b: CelValue): bigint | CelError {
  const left = versionOf(a);
  const right = versionOf(b);
  if (left instanceof CelError) return left;
  return right instanceof CelError ? right : BigInt(Math.sign(compareVersions(left, right)));
}

function versionOf(value: CelValue): Version | CelError {
  if (value instanceof CelSemver) return value.version;
  const text = typeof value === 'string' ? value : '';
  return parseVersion(text) ?? invalid(text);
}

const notRange = new CelError('invalid_argument', 'Not a range of versions');

function matchesRange(value: CelValue, range: ReturnType<typeof parseRange>): boolean | CelError {
  const version = versionOf(value);
  if (range === undefined) return notRange;
  return version instanceof CelError ? version : satisfies(version, range);
}

function comparison(name: string, test: (order: bigint) => boolean): CelFunction {
  return method(
    name,
    overload(['semver', 'semver'], 'bool', (a, b) => {
      const order = compare(a, b);
      return order instanceof CelError ? order : test(order);
    }),
  );
}

function part(name: 'major' | 'minor' | 'patch'): CelFunction {
  return method(
    name,
    overload(['semver'], 'int', (value) => BigInt((value as CelSemver).version[name])),
  );
}

/**
 * Semantic versions. Kubernetes' names for values (`semver("1.2.3").isLessThan(...)`), and for texts or values `semverCompare(a, b)`, which is
 * -1, 0 or 1, and `semverMatches(version, range)` with the ranges of npm.
 */
export const semverFunctions: readonly CelFunction[] = [
  globalFunction(
    'semver',
    overload(['string'], 'semver', (text) => {
      const version = parseVersion(text);
      return version === undefined ? invalid(text) : new CelSemver(version);
    }),
  ),
  globalFunction(
    'isSemver',
    overload(['string'], 'bool', (text) => parseVersion(text) !== undefined),
  ),
  comparison('isLessThan', (order) => order < 0n),
  comparison('isGreaterThan', (order) => order > 0n),
  method('compareTo', overload(['semver', 'semver'], 'int', compare)),
  part('major'),
  part('minor'),
  part('patch'),
  globalFunction(
    'semverCompare',
    overload(['string', 'string'], 'int', compare),
    overload(['semver', 'string'], 'int', compare),
    overload(['semver', 'semver'], 'int', compare),
  ),
  globalFunction(
    'semverMatches',
    ...['string', 'semver'].map((type) =>
      overload(
        [type, 'string'],
        'bool',
        (version, range) => matchesRange(version as CelValue, parseRange(range as string)),
        {
          steps: () => 100,
          specialize: ([, range]) => {
            if (typeof range !== 'string') return undefined;
            const parsed = parseRange(range);
            return parsed === undefined
              ? notRange
              : { run: (version = '') => matchesRange(version, parsed), steps: () => 10 };
          },
        },
      ),
    ),
  ),
];
