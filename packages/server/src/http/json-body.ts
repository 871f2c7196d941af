export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: 'BODY_MALFORMED' | 'BODY_TOO_DEEP' };

/** Levels of nesting a body may have. */
export const DEEPEST = 64;

/** Reads a body: bounded in depth before it is parsed, and without any own `__proto__`, whatever the text said. */
export function readJsonBody(text: string): JsonBody {
  if (isDeeperThan(text, DEEPEST)) return { ok: false, code: 'BODY_TOO_DEEP' };
  try {
    const value: unknown = JSON.parse(text);
    // JSON may spell the key with escapes, so any backslash makes the text suspect.
    if (text.includes('__proto__') || text.includes('\\u')) dropPrototypes(value);
    return { ok: true, value };
  } catch {
    return { ok: false, code: 'BODY_MALFORMED' };
  }
}

/** Counts brackets outside strings. Texts too short to hold that many are not looked at. */
function isDeeperThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (quoted) {
      if (unit === 92) at++;
      else if (unit === 34) quoted = false;
    } else if (unit === 34) quoted = true;
    else if (unit === 123 || unit === 91) {
      depth++;
      if (depth > limit) return true;
    } else if (unit === 125 || unit === 93) depth--;
  }
  return false;
}

function dropPrototypes(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const inner of Object.values(value)) dropPrototypes(inner);
}
