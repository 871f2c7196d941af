import type { CelType } from '../cel/type.ts';
import type { Enricher } from './code-vocabulary.ts';

/** One attribute conditions may read, at its place among the slots of a bound context. */
export interface Attribute {
  readonly name: string;
  readonly type: CelType;
  /** The value a context gives the name; see {@link readOwn}. */
  readonly read: (context: unknown) => unknown;
  /** What computes it; the caller's own value is then never looked at. */
  readonly derivedBy: string | undefined;
  /** That enricher, where this process has it. */
  readonly enricher: Enricher | undefined;
}

/**
 * The value a context gives a name: under the whole dotted key if it has that, else step by step. Own properties only, so that nothing
 * inherited or polluted is ever read. May throw what a getter or a proxy throws.
 */
export function readOwn(context: unknown, name: string): unknown {
  if (!isObject(context)) return undefined;
  if (Object.hasOwn(context, name)) return context[name];
  if (!name.includes('.')) return undefined;
  let value: unknown = context;
  for (const part of name.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The unit a context is bucketed by unless a flag names another: a string that is not empty, or an integer in decimal. */
export function targetingKeyOf(context: unknown): string | undefined {
  try {
    return asUnit(readOwn(context, 'targetingKey'));
  } catch {
    return undefined;
  }
}

/** A value as what is bucketed. */
export function asUnit(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
