import { attributeName, duration, instant, label, name, share } from '@ombre/decide/model';
import { z } from 'zod';
import type { Path } from '../issue/issue.ts';
import { didYouMean, listNames } from '../issue/suggest.ts';
import { chooseForm } from './choose-form.ts';
import { describeKeys, describeSchema, describeValue } from './describe.ts';
import { firstUnion, formsOf, isMapping, schemaAt, shapeOf, toPath, unwrap, valueAt } from './schema-walk.ts';
import { type ShapeIssue, shapeIssue } from './shape-issue.ts';
import { meantKey } from './synonyms.ts';

/**
 * Everything in which a value differs from its schema, said as its author would want it: a union's issue becomes that of the form the keys
 * present were meant for, and a misspelt key is not also missing. Empty if and only if the schema accepts.
 */
export function explainShape(schema: z.ZodType, value: unknown, base: Path = []): readonly ShapeIssue[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const unions = new Set<string>();
  const issues = result.error.issues.flatMap((issue) => {
    // The issue of a key is about the mapping around it, whatever its value should be.
    const met = firstUnion(schema, issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path);
    if (met === undefined) return explainIssue(schema, value, issue, base);
    const at = issue.path.slice(0, met.length);
    const key = JSON.stringify(at);
    if (unions.has(key)) return [];
    unions.add(key);
    const path = [...base, ...toPath(at)];
    const explained = explainUnion(met.union, valueAt(value, at), path);
    // The form chosen accepts what the union refuses only if the two disagree: zod's words then.
    return explained.length > 0 ? explained : [shapeIssue('BAD_VALUE', path, { problem: issue.message })];
  });
  return withoutMisspelt(issues);
}

function explainUnion(union: z.ZodUnion, value: unknown, path: Path): readonly ShapeIssue[] {
  if (value === undefined) return [missing(union, path)];
  const forms = formsOf(union).map(unwrap);
  const mappings = forms.filter((form) => form instanceof z.ZodObject);
  if (isMapping(value) && mappings.length > 0) {
    const keys = Object.keys(value);
    const expected = mappings.map((form) => `{ ${describeKeys(form)} }`).join(' or ');
    const choice = chooseForm(mappings, keys);
    if (choice.kind === 'form') return explainShape(choice.form, value, path);
    if (choice.kind === 'none') {
      return [shapeIssue('NO_ALTERNATIVE', path, {}, { expected, found: describeValue(value) })];
    }
    const others = choice.others.join(', ');
    return [
      shapeIssue(
        'CONFLICTING_KEYS',
        [...path, choice.key],
        { key: choice.key, others },
        { part: 'key', expected },
      ),
    ];
  }
  const plain = forms.find((form) => sameType(form, value));
  if (plain !== undefined) return explainShape(plain, value, path);
  return [wrongType(union, value, path)];
}

/** Whether a form without keys takes values of this one's type at all. */
function sameType(form: z.ZodType, value: unknown): boolean {
  return (
    (form instanceof z.ZodString && typeof value === 'string') ||
    (form instanceof z.ZodNumber && typeof value === 'number') ||
    (form instanceof z.ZodBoolean && typeof value === 'boolean')
  );
}

function explainIssue(
  schema: z.ZodType,
  root: unknown,
  issue: z.core.$ZodIssue,
  base: Path,
): readonly ShapeIssue[] {
  const path = [...base, ...toPath(issue.path)];
  const at = schemaAt(schema, issue.path) ?? schema;
  const value = valueAt(root, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(at, value, key, path));
    case 'invalid_type':
      return [value === undefined ? missing(at, path) : wrongType(at, value, path)];
    case 'invalid_key':
      return issue.issues.map((inner) =>
        badKey(schemaAt(schema, issue.path.slice(0, -1)) ?? at, inner.message, path),
      );
    case 'invalid_value': {
      if (value === undefined) return [missing(at, path)];
      const found = describeValue(value);
      const known = issue.values.map(String);
      const hint = typeof value === 'string' ? didYouMean(value, known) : {};
      return [shapeIssue('NOT_ONE_OF', path, { found }, { expected: listNames(known), found, ...hint })];
    }
    default:
      return [badValue(at, value, issue, path), ...explainEntries(at, value, path)];
  }
}

/** What is wrong with the entries of a list that is too long: zod looks no further than its length. */
function explainEntries(schema: z.ZodType, value: unknown, path: Path): readonly ShapeIssue[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodArray) || !Array.isArray(value)) return [];
  const entry = inner.element as z.ZodType;
  return (value as readonly unknown[]).flatMap((item, index) => explainShape(entry, item, [...path, index]));
}

function unknownKey(schema: z.ZodType, parent: unknown, key: string, path: Path): ShapeIssue {
  const inner = unwrap(schema);
  const shape = inner instanceof z.ZodObject ? shapeOf(inner) : {};
  const free = Object.keys(shape).filter((known) => !isMapping(parent) || !Object.hasOwn(parent, known));
  const meant = meantKey(key, free);
  const expected = inner instanceof z.ZodObject ? describeKeys(inner) : undefined;
  return shapeIssue(
    'UNKNOWN_KEY',
    [...path, key],
    { key: JSON.stringify(key) },
    {
      part: 'key',
      ...(expected !== undefined && { expected }),
      found: key,
      ...(meant !== undefined && { hint: `did you mean "${meant}"?` }),
    },
  );
}

function missing(schema: z.ZodType, path: Path): ShapeIssue {
  const key = String(path.at(-1) ?? '');
  const expected = `${key}: ${describeSchema(schema)}`;
  return shapeIssue('MISSING_KEY', path, { key: JSON.stringify(key) }, { part: 'key', expected });
}

function wrongType(schema: z.ZodType, value: unknown, path: Path): ShapeIssue {
  const expected = describeSchema(schema);
  if (value === null && typeof path.at(-1) === 'string') {
    const key = JSON.stringify(path.at(-1));
    return shapeIssue('MISSING_VALUE', path, { key }, { part: 'key', expected, found: 'nothing' });
  }
  const inner = unwrap(schema);
  const found = `${describeValue(value)}${typeof value === 'number' || typeof value === 'boolean' ? ` (a ${typeof value})` : ''}`;
  const wantsText = inner instanceof z.ZodString || inner instanceof z.ZodEnum;
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  const hint =
    inner === duration
      ? durationHint(String(value))
      : wantsText && scalar
        ? { hint: `put it in quotes: "${String(value)}"` }
        : inner instanceof z.ZodArray && (scalar || typeof value === 'string')
          ? { hint: `write a list: [${describeValue(value)}]` }
          : inner instanceof z.ZodNumber && typeof value === 'string'
            ? numberHint(value)
            : {};
  return shapeIssue('WRONG_TYPE', path, {}, { expected, found, ...hint });
}

/** `10%` and `"0.1"` are numbers somebody wrote as text. */
function numberHint(text: string): { readonly hint?: string } {
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text);
  if (percent !== null) return { hint: `write it as a fraction: ${Number(percent[1]) / 100}` };
  return text.trim() !== '' && Number.isFinite(Number(text))
    ? { hint: `write it without quotes: ${text}` }
    : {};
}

function badKey(record: z.ZodType, problem: string, path: Path): ShapeIssue {
  const key = String(path.at(-1));
  const inner = unwrap(record);
  const keys = inner instanceof z.ZodRecord ? (inner.keyType as z.ZodType) : undefined;
  const details = {
    part: 'key',
    expected: problem,
    found: JSON.stringify(key),
    ...nameHint(keys, key),
  } as const;
  const found = JSON.stringify(key);
  if (keys === label) return shapeIssue('BAD_LABEL', path, { found }, details);
  if (keys === attributeName) return shapeIssue('BAD_ATTRIBUTE_NAME', path, { found }, details);
  if (keys === name) return shapeIssue('BAD_NAME', path, { found }, details);
  return shapeIssue('BAD_VALUE', path, { problem: `the key ${found} is not allowed here` }, details);
}

function badValue(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue, path: Path): ShapeIssue {
  const inner = unwrap(schema);
  const found = describeValue(value);
  const details = { expected: describeSchema(inner), found };
  if (inner === share && typeof value === 'number') {
    return shapeIssue('BAD_SHARE', path, {}, { ...details, ...shareHint(value) });
  }
  if (inner === name)
    return shapeIssue('BAD_NAME', path, { found }, { ...details, ...nameHint(inner, value) });
  if (inner === label)
    return shapeIssue('BAD_LABEL', path, { found }, { ...details, ...nameHint(inner, value) });
  if (inner === attributeName) return shapeIssue('BAD_ATTRIBUTE_NAME', path, { found }, details);
  if (inner === duration)
    return shapeIssue('BAD_DURATION', path, { found }, { ...details, ...durationHint(value) });
  if (inner === instant)
    return shapeIssue('BAD_INSTANT', path, { found }, { ...details, ...instantHint(value) });
  if (inner instanceof z.ZodURL) return shapeIssue('BAD_URL', path, { found }, details);
  if (issue.code === 'too_small' || issue.code === 'too_big') return outOfBounds(value, issue, path);
  return shapeIssue('BAD_VALUE', path, { problem: lowerFirst(issue.message) }, { found });
}

function outOfBounds(
  value: unknown,
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  path: Path,
): ShapeIssue {
  const low = issue.code === 'too_small';
  const bound = low ? issue.minimum : issue.maximum;
  if (typeof value === 'number') {
    const sign = low ? '>' : '<';
    const found = describeValue(value);
    const expected = `${sign}${issue.inclusive === true ? '=' : ''} ${bound}`;
    return shapeIssue('OUT_OF_RANGE', path, { found }, { expected, found });
  }
  const what = typeof value === 'string' ? 'text' : 'list';
  const { length } = value as { length: number };
  const found = `${length} ${typeof value === 'string' ? 'characters' : length === 1 ? 'entry' : 'entries'}`;
  return shapeIssue(
    'WRONG_LENGTH',
    path,
    { what, found },
    { expected: `${low ? 'at least' : 'at most'} ${bound}`, found },
  );
}

function shareHint(value: number): { readonly hint?: string } {
  if (value > 1 && value <= 100) return { hint: `${value} % is ${Number((value / 100).toFixed(6))}` };
  if (value > 0 && value < 1) return { hint: `did you mean ${Number(value.toFixed(6)) || '0.000001'}?` };
  return {};
}

function nameHint(schema: unknown, value: unknown): { readonly hint?: string } {
  if (typeof value !== 'string' || (schema !== name && schema !== label)) return {};
  const cased =
    schema === name
      ? value
          .trim()
          .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
          .toLowerCase()
      : value.trim();
  const allowed = cased
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '')
    .slice(0, 100);
  return allowed === '' || allowed === value ? {} : { hint: `did you mean "${allowed}"?` };
}

function durationHint(value: unknown): { readonly hint?: string } {
  const match = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(value) : null;
  if (match === null) return {};
  const [, count = '', word = ''] = match;
  const unit = word === '' ? 's' : (suggestUnit(word) ?? 's');
  return { hint: `did you mean "${count}${unit}"?` };
}

function suggestUnit(word: string): string | undefined {
  const lower = word.toLowerCase();
  if (/^(ms|milli)/.test(lower)) return 'ms';
  return ['s', 'm', 'h', 'd'].find((unit) => lower.startsWith(unit));
}

function instantHint(value: unknown): { readonly hint?: string } {
  if (typeof value !== 'string') return {};
  const day = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?)?$/.exec(value);
  return day === null ? {} : { hint: `did you mean "${day[1]}T${day[2] ?? '00:00'}${day[3] ?? ':00'}Z"?` };
}

/** A key that is missing because it is misspelt beside is said once. */
function withoutMisspelt(issues: readonly ShapeIssue[]): readonly ShapeIssue[] {
  const parent = (issue: ShapeIssue) => JSON.stringify(issue.path.slice(0, -1));
  const meant = new Set(
    issues
      .filter(({ code, hint }) => code === 'UNKNOWN_KEY' && hint !== undefined)
      .map((issue) => `${parent(issue)} ${/"(.*)"/.exec(issue.hint ?? '')?.[1]}`),
  );
  return issues.filter(
    (issue) => issue.code !== 'MISSING_KEY' || !meant.has(`${parent(issue)} ${String(issue.path.at(-1))}`),
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
