import type { Context } from '@ombre/decide';
import type { OfrepErrorCode } from '@ombre/protocol';

export type ReadContext =
  | { readonly ok: true; readonly context: Context }
  | { readonly ok: false; readonly code: OfrepErrorCode; readonly details: string };

const EMPTY: ReadContext = { ok: true, context: {} };

/**
 * The context of an OFREP request. An absent body or context is an empty one: only a flag that needs a unit asks for a targeting key.
 * A numeric targeting key is taken in decimal by the engine; any other type is INVALID_CONTEXT.
 */
export function readContext(body: unknown): ReadContext {
  if (body === undefined) return EMPTY;
  if (!isObject(body)) return { ok: false, code: 'PARSE_ERROR', details: 'the body is no JSON object' };
  const context = body.context;
  if (context === undefined) return EMPTY;
  if (!isObject(context)) return { ok: false, code: 'INVALID_CONTEXT', details: 'context is no object' };
  const key = context.targetingKey;
  if (key === undefined || typeof key === 'string' || typeof key === 'number') return { ok: true, context };
  return { ok: false, code: 'INVALID_CONTEXT', details: 'targetingKey is no string' };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
