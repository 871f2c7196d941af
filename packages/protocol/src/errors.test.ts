import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type ErrorCode, errorAnchor, errors } from './errors.ts';

const doc = readFileSync(new URL('../errors.md', import.meta.url), 'utf8');
const headings = [...doc.matchAll(/^## `([A-Z_]+)`/gm)].map((match) => match[1]);

test('every code of the table is explained under its anchor, and no other is', () => {
  expect(headings.sort()).toEqual(Object.keys(errors).sort());
  for (const code of Object.keys(errors) as ErrorCode[]) {
    expect(errorAnchor(code)).toBe(`errors.md#${code.toLowerCase()}`);
    expect(doc).toContain(`## \`${code}\` (${errors[code].status})`);
  }
});
