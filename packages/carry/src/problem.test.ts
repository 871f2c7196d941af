import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROBLEMS, problemText } from './problem.ts';

test('every code is explained in the documentation, in the same words, and no other', () => {
  const docs = readFileSync(new URL('../../../docs/carriers.md', import.meta.url), 'utf8');
  const rows = [...docs.matchAll(/^\| <a id="(\w+)"><\/a>(\w+) +\| (.+?) +\|$/gm)].map(
    ([, id, code, text]) => {
      expect(id).toBe(code?.toLowerCase());
      return [code, text];
    },
  );
  expect(Object.fromEntries(rows)).toEqual(PROBLEMS);
});

test('a problem reads as one line with what was found and what it means', () => {
  expect(problemText({ code: 'SILENT', detail: 'nothing for 20000 ms' })).toBe(
    'SILENT: nothing for 20000 ms (the stream said nothing for too long; it is opened anew)',
  );
});
