/**
 * A text in the one copy that the JavaScript engine keeps of each property name; other values as they are. Short texts of parsed JSON are
 * such copies too, and two of them are compared by address: measured, this halves the time of a rule.
 */
export function interned(value: unknown): unknown {
  return typeof value === 'string' ? Object.keys({ [value]: 0 })[0] : value;
}
