import { z } from 'zod';
import type { Path } from '../issue/issue.ts';
import { didYouMean, listNames } from '../issue/suggest.ts';
import { chooseForm } from './choose-form.ts';
import { describeKeys, describeSchema, describeValue } from './describe.ts';
import { badKey, badValue, wrongType } from './explain-value.ts';
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
