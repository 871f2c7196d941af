import { attributeName, duration, instant, label, name, share } from '@ombre/decide/model';
import { z } from 'zod';
import type { Path } from '../issue/issue.ts';
import { describeSchema, describeValue } from './describe.ts';
import { unwrap } from './schema-walk.ts';
import { type ShapeIssue, shapeIssue } from './shape-issue.ts';
import { durationHint, instantHint, nameHint, numberHint, shareHint } from './value-hints.ts';

/** A value of another type than its schema's. */
export function wrongType(schema: z.ZodType, value: unknown, path: Path): ShapeIssue {
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

/** A key that a mapping with free keys does not allow. */
export function badKey(record: z.ZodType, problem: string, path: Path): ShapeIssue {
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

/** A value of the right type that breaks another rule. */
export function badValue(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue, path: Path): ShapeIssue {
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

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
