import { parseDuration } from '@ombre/decide/model';
import type { Path } from '../issue/issue.ts';
import type { Report } from './world.ts';

/** Reports an address that holds a user or password. The secret itself is not repeated in the issue. */
export function checkAddress(url: string, path: Path, report: Report): void {
  if (/^https?:\/\/[^/?#]*@/i.test(url)) report('SECRET_IN_URL', path, {});
}

/** Reports a time that is 0 where nothing can happen in none. */
export function checkTime(text: string | undefined, path: Path, report: Report): void {
  if (text === undefined || parseDuration(text) !== 0) return;
  report('ZERO_TIME', path, {}, { expected: 'a time above 0', found: text });
}
