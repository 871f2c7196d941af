/** What a unit made here looks like; other values of the cookie are as good as none. */
const UNIT = /^[A-Za-z0-9_-]{16,64}$/;

/** Whether a text is such a unit. */
export function isAnonymousUnit(text: string | undefined): text is string {
  return text !== undefined && UNIT.test(text);
}
