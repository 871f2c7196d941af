import { attributeName, duration, instant, label, name, share } from '@ombre/decide/model';
import { z } from 'zod';
import { withoutSecrets } from '../issue/secrets.ts';
import { formsOf, isMapping, isOptional, shapeOf, unwrap } from './schema-walk.ts';

const named: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [name, 'a name of a-z 0-9 . _ -'],
  [label, 'a label of A-Z a-z 0-9 . _ -'],
  [attributeName, 'a dotted path of identifiers, such as user.tier'],
  [duration, 'a duration, such as 250ms, 5m or 1h'],
  [instant, 'an instant, such as 2026-11-21T08:00:00Z'],
  [share, 'a fraction from 0 to 1 with at most six decimals'],
]);

/** What a schema accepts, in a few words. */
export function describeSchema(schema: z.ZodType): string {
  const inner = unwrap(schema);
  const known = named.get(inner);
  if (known !== undefined) return known;
  if (inner instanceof z.ZodString) return 'text';
  if (inner instanceof z.ZodURL) return 'an address, such as http://judge-v2:8080';
  if (inner instanceof z.ZodNumber) return 'a number';
  if (inner instanceof z.ZodBoolean) return 'true or false';
  if (inner instanceof z.ZodLiteral)
    return [...inner.values].map((value) => describeValue(value)).join(' or ');
  if (inner instanceof z.ZodEnum) return inner.options.join(', ');
  if (inner instanceof z.ZodArray) return 'a list';
  if (inner instanceof z.ZodObject) return `{ ${describeKeys(inner)} }`;
  if (inner instanceof z.ZodRecord) return 'a mapping';
  if (inner instanceof z.ZodUnion) return [...new Set(formsOf(inner).map(describeSchema))].join(' or ');
  return 'a value';
}

/** The keys of an object, those that may be left out with a question mark. */
export function describeKeys(schema: z.ZodObject): string {
  return Object.entries(shapeOf(schema))
    .map(([key, value]) => (isOptional(value) ? `${key}?` : key))
    .join(', ');
}

/** A value as its reader would recognise it, cut to a line. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isMapping(value)) {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty mapping' : cut(`{ ${keys.slice(0, 8).join(', ')} }`);
  }
  if (typeof value === 'string') return cut(withoutSecrets(JSON.stringify(value)));
  return cut(String(value as number | boolean));
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
