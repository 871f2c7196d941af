import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ErrorCode, errorAnchor, errors } from './errors.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const codes = Object.keys(errors) as ErrorCode[];

/** What a heading is reached by on pages made of Markdown: lower case, spaces as hyphens, no other marks. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

test('where an error says it is explained there is a page with that heading and its status', () => {
  for (const code of codes) {
    const [page = '', anchor] = errorAnchor(code).split('#');
    expect(existsSync(join(root, page)), page).toBe(true);
    const sections = readFileSync(join(root, page), 'utf8').split(/^## /m);
    const found = sections.filter((section) => anchorOf(section.split('\n', 1)[0] ?? '') === anchor);
    expect(found, code).toEqual([expect.stringContaining(`\n**${errors[code].status}.** `)]);
  }
});

test('the page explains no code that is not there', () => {
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, code]) => code).sort()).toEqual([...codes].sort());
});
