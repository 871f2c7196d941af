import { z } from 'zod';
import type { Path } from '../issue/issue.ts';

/** The schema itself, without optional and lazy wrappers. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodExactOptional ||
    inner instanceof z.ZodLazy
  ) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}

export function isOptional(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional;
}

/** The schemas of an object's keys. */
export function shapeOf(schema: z.ZodObject): Readonly<Record<string, z.ZodType>> {
  return schema.shape as Readonly<Record<string, z.ZodType>>;
}

/** The forms of a union. */
export function formsOf(schema: z.ZodUnion): readonly z.ZodType[] {
  return schema.options as readonly z.ZodType[];
}

/** The schema of what lies under `key`; undefined if nothing may lie there. */
export function stepInto(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.hasOwn(inner.shape, key) ? shapeOf(inner)[String(key)] : undefined;
  }
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  return undefined;
}

/** The value under a path; undefined if there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return inner;
}

/** Where a path first meets a union, and the schema there: zod's issues beyond it are about a form it guessed. */
export function firstUnion(
  schema: z.ZodType,
  path: readonly PropertyKey[],
): { readonly length: number; readonly union: z.ZodUnion } | undefined {
  let at: z.ZodType | undefined = schema;
  for (let length = 0; at !== undefined; length++) {
    const inner = unwrap(at);
    if (inner instanceof z.ZodUnion) return { length, union: inner };
    const key = path[length];
    if (key === undefined) return undefined;
    at = stepInto(inner, key);
  }
  return undefined;
}

/** The schema at a path that meets no union. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema;
  for (const key of path) at = at && stepInto(at, key);
  return at;
}

/** zod's paths without symbols, which no JSON has. */
export function toPath(path: readonly PropertyKey[]): Path {
  return path.map((key) => (typeof key === 'symbol' ? String(key) : key));
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
