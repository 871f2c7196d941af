/** A version as Semantic Versioning 2.0.0 has it. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: readonly (string | number)[];
  /** Without meaning for order and equality. */
  readonly build: readonly string[];
}

export interface SemverOptions {
  /** Takes versions that only look like one: `v 1.2.3`, `=1.2.3`, `1.2.3beta`, leading zeros. */
  readonly loose?: boolean;
  /** Lets prereleases satisfy ranges that name none of the same version. */
  readonly includePrerelease?: boolean;
}

interface Comparator {
  readonly operator: '<' | '<=' | '>' | '>=' | '=';
  readonly version: Version;
}

/** A range: versions that satisfy every comparator of at least one alternative. */
export type Range = readonly (readonly Comparator[])[];

const maxLength = 256;

interface Grammar {
  readonly version: RegExp;
  /** A version that may end early or have x in places. */
  readonly partial: RegExp;
  readonly hyphen: RegExp;
}

function grammar(loose: boolean): Grammar {
  const number = loose ? '\\d+' : '(?:0|[1-9]\\d*)';
  const identifier = loose ? '[0-9A-Za-z-]+' : '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
  const prerelease = `(?:-${loose ? '?' : ''}(${identifier}(?:\\.${identifier})*))?`;
  const build = '(?:\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?';
  const place = `(${number}|[xX*])`;
  const partial = `[v=\\s]*${place}(?:\\.${place}(?:\\.${place}${prerelease}${build})?)?`;
  return {
    version: new RegExp(
      `^${loose ? '[v=\\s]*' : 'v?'}(${number})\\.(${number})\\.(${number})${prerelease}${build}$`,
    ),
    partial: new RegExp(`^${partial}$`),
    hyphen: new RegExp(`^(${partial}) - (${partial})$`),
  };
}

const strictGrammar = grammar(false);
const looseGrammar = grammar(true);

function grammarOf(options: SemverOptions): Grammar {
  return options.loose === true ? looseGrammar : strictGrammar;
}

/** Reads a version (a `v` before it and spaces around it are let pass); undefined if it is none. Numbers are at most 2^53 − 1. */
export function parseVersion(text: string, options: SemverOptions = {}): Version | undefined {
  if (text.length > maxLength) return undefined;
  const match = grammarOf(options).version.exec(text.trim());
  return match === null ? undefined : versionOf(match.slice(1));
}

function versionOf([major, minor, patch, prerelease, build]: readonly (string | undefined)[]):
  | Version
  | undefined {
  const numbers = [Number(major), Number(minor), Number(patch)];
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  const identifiers = (prerelease ?? '').split('.').filter((identifier) => identifier !== '');
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    prerelease: identifiers.map((identifier) => {
      const number = /^\d+$/.test(identifier) ? Number(identifier) : Number.NaN;
      return Number.isSafeInteger(number) ? number : identifier;
    }),
    build: build?.split('.') ?? [],
  };
}

/** Negative if `a` is the lesser version, positive if it is the greater, 0 if they have the same precedence. */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

function comparePrereleases(a: Version['prerelease'], b: Version['prerelease']): number {
  // A version without prerelease is greater than its prereleases.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareIdentifiers(a[i] ?? 0, b[i] ?? 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  // Numbers are less than words.
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Reads a range as npm does (`^1.2`, `~1.2.3`, `1.x || >=2.5.0`, `1.2 - 2.3`); undefined if it is none. */
export function parseRange(text: string, options: SemverOptions = {}): Range | undefined {
  if (text.length > maxLength) return undefined;
  const alternatives = text
    .trim()
    .replace(/\s+/g, ' ')
    .split('||')
    .map((part) => alternative(part.trim(), options));
  const valid = alternatives.filter((one) => one !== undefined);
  // A loose range forgets what it cannot read, as long as something is left.
  return valid.length === alternatives.length || (options.loose === true && valid.length > 0)
    ? valid
    : undefined;
}

function alternative(text: string, options: SemverOptions): readonly Comparator[] | undefined {
  const hyphen = grammarOf(options).hyphen.exec(text);
  if (hyphen !== null) {
    const from = partialOf(hyphen[1] ?? '', options);
    const to = partialOf(hyphen[7] ?? '', options);
    return from && to && [...atLeast(from, options, true), ...atMost(to, options)];
  }
  const words = text.replace(/([<>]=?|=|~>?|\^)\s+/g, '$1').split(' ');
  const comparators: Comparator[] = [];
  for (const word of words) {
    const [, operator = '', rest = ''] = /^(\^|~>?|[<>]=?|=?)(.*)$/.exec(word) ?? [];
    const partial = rest === '' && operator === '' ? anything : partialOf(rest, options);
    const made = partial && expand(operator, partial, options);
    if (made === undefined) return undefined;
    comparators.push(...made);
  }
  return comparators;
}

/** A version that may end early: the number of its parts that are given, and the parts, 0 where they are not. */
interface Partial {
  readonly given: 0 | 1 | 2 | 3;
  readonly version: Version;
}

const anything: Partial = { given: 0, version: { major: 0, minor: 0, patch: 0, prerelease: [], build: [] } };

function partialOf(text: string, options: SemverOptions): Partial | undefined {
  const match = grammarOf(options).partial.exec(text);
  if (match === null) return undefined;
  const places = match.slice(1, 4);
  const missing = places.findIndex((place) => place === undefined || /[xX*]/.test(place));
  const given = (missing < 0 ? 3 : missing) as Partial['given'];
  const numbers = places.map((place, i) => (i < given ? place : '0'));
  const version = versionOf([...numbers, ...(given === 3 ? match.slice(4, 5) : [])]);
  return version && { given, version };
}

/** The next version that differs at the place (0 major, 1 minor, 2 patch), before all of its prereleases. */
function next({ major, minor, patch }: Version, place: number): Version {
  const numbers =
    place === 0 ? [major + 1, 0, 0] : place === 1 ? [major, minor + 1, 0] : [major, minor, patch + 1];
  const [a = 0, b = 0, c = 0] = numbers;
  return { major: a, minor: b, patch: c, prerelease: [0], build: [] };
}

function withoutPrerelease(version: Version): Version {
  return { ...version, prerelease: [] };
}

/** `>=` a partial version; with prereleases included, those of its first version are in. */
function atLeast({ given, version }: Partial, options: SemverOptions, full = false): Comparator[] {
  if (given === 0) return [];
  const first = options.includePrerelease === true && version.prerelease.length === 0 && (given < 3 || full);
  return [{ operator: '>=', version: first ? { ...version, prerelease: [0] } : version }];
}

function atMost({ given, version }: Partial, options: SemverOptions): Comparator[] {
  if (given === 0) return [];
  if (given < 3) return [{ operator: '<', version: next(version, given - 1) }];
  const open = options.includePrerelease === true && version.prerelease.length === 0;
  return [open ? { operator: '<', version: next(version, 2) } : { operator: '<=', version }];
}

function expand(operator: string, partial: Partial, options: SemverOptions): Comparator[] | undefined {
  const { given, version } = partial;
  switch (operator) {
    case '~':
    case '~>':
      return between(partial, given === 1 ? 0 : 1, options);
    case '^':
      return between(partial, caretPlace(partial), options);
    case '':
    case '=':
      return given === 3 ? [{ operator: '=', version }] : between(partial, given - 1, options);
    case '>=':
      return atLeast(partial, options);
    case '<':
      if (given === 0) return [never];
      return [{ operator, version: given < 3 ? { ...version, prerelease: [0] } : version }];
    case '>':
      if (given === 0) return [never];
      if (given === 3) return [{ operator, version }];
      return [
        {
          operator: '>=',
          version:
            options.includePrerelease === true
              ? next(version, given - 1)
              : withoutPrerelease(next(version, given - 1)),
        },
      ];
    case '<=':
      return given === 3 ? [{ operator, version }] : atMost(partial, options);
    default:
      return undefined;
  }
}

const never: Comparator = { operator: '<', version: { ...anything.version, prerelease: [0] } };

/** `^` lets everything change after the first place that is not 0. */
function caretPlace({ given, version }: Partial): number {
  if (version.major !== 0 || given === 1) return 0;
  return version.minor !== 0 || given === 2 ? 1 : 2;
}

function between(partial: Partial, place: number, options: SemverOptions): Comparator[] {
  if (partial.given === 0) return [];
  return [...atLeast(partial, options), { operator: '<', version: next(partial.version, place) }];
}

/** Whether the version is in the range. A prerelease is only in if a comparator names a prerelease of the same version. */
export function satisfies(version: Version, range: Range, options: SemverOptions = {}): boolean {
  return range.some((comparators) => {
    if (!comparators.every((comparator) => holds(version, comparator))) return false;
    if (version.prerelease.length === 0 || options.includePrerelease === true) return true;
    return comparators.some(
      ({ version: named }) => named.prerelease.length > 0 && sameNumbers(named, version),
    );
  });
}

function sameNumbers(a: Version, b: Version): boolean {
  return a.major === b.major && a.minor === b.minor && a.patch === b.patch;
}

function holds(version: Version, { operator, version: bound }: Comparator): boolean {
  const order = compareVersions(version, bound);
  if (operator === '=') return order === 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}
