import { toSlot } from '../cel/slot.ts';
import type { CelType } from '../cel/type.ts';
import type { Enricher } from './code-vocabulary.ts';

/** One attribute conditions may read, at its place among the slots of a bound context. */
export interface Attribute {
  readonly name: string;
  readonly type: CelType;
  /** `user.tier` as `['user', 'tier']`. */
  readonly path: readonly string[];
  /** What computes it; the caller's own value is then never looked at. */
  readonly derivedBy: string | undefined;
  /** That enricher, where this process has it. */
  readonly enricher: Enricher | undefined;
}

/**
 * The value a context gives a name: under the whole dotted key if it has that, else step by step. Own properties only, so that nothing
 * inherited or polluted is ever read. May throw what a getter or a proxy throws.
 */
export function readOwn(context: unknown, name: string, path: readonly string[]): unknown {
  if (!isObject(context)) return undefined;
  if (Object.hasOwn(context, name)) return context[name];
  if (path.length === 1) return undefined;
  let value: unknown = context;
  for (const part of path) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The unit a context is bucketed by unless a flag names another: a string that is not empty, or an integer in decimal. */
export function targetingKeyOf(context: unknown): string | undefined {
  try {
    return asUnit(readOwn(context, 'targetingKey', KEY_PATH));
  } catch {
    return undefined;
  }
}

const KEY_PATH = ['targetingKey'];

/** A value as what is bucketed. */
export function asUnit(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** The value as the declared type, undefined when it is missing, of another type, or cannot be read. Never throws. */
export function takeAttribute(attribute: Attribute, read: () => unknown): ReturnType<typeof toSlot> {
  try {
    return toSlot(read(), attribute.type);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
