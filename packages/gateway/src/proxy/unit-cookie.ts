/** A year. */
const MAX_AGE = 31_536_000;

/** What a unit made here looks like; other values of the cookie are as good as none. */
const UNIT = /^[A-Za-z0-9_-]{16,64}$/;

export function isAnonymousUnit(text: string | undefined): text is string {
  return text !== undefined && UNIT.test(text);
}

/**
 * The cookie that lets an anonymous client come back as the same unit. It names the unit and nothing else: which variant the unit
 * gets is decided anew each time, so that a roll-back moves everybody.
 */
export function unitCookie(name: string, unit: string, secure: boolean): string {
  return `${name}=${unit}; Path=/; Max-Age=${MAX_AGE}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
