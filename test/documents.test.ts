import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const folders = ['docs', 'conformance', ...packagesOf('packages')];
const pages = [
  ...markdownOf('', false),
  ...folders.flatMap((folder) => markdownOf(folder, folder === 'docs')),
].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

function packagesOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).map((name) => join(folder, name));
}

function markdownOf(folder: string, recursive: boolean): readonly string[] {
  return readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** What a page links to inside the checkout: paths from its root, with the heading after `#`. */
function linksOf(page: { readonly path: string; readonly text: string }): readonly string[] {
  return [...page.text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, link = '']) =>
    link.startsWith('#') ? `${page.path}${link}` : join(dirname(page.path), link),
  );
}

/** Headings as forges name them in links. */
function anchorsOf(path: string): readonly string[] {
  return [...readFileSync(join(root, path), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Sources and tests that a page names, without those of a pattern. */
function namedPaths(text: string): readonly string[] {
  return [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+|[\w.-]+\.test\.ts)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => /\/src\/|\/e2e|\.test\.ts$|^(?:test|docs|examples|conformance)\//.test(path));
}

describe('the documents', () => {
  test('there are some', () => {
    expect(pages.length).toBeGreaterThan(40);
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(50);
    expect(pages.flatMap(({ text }) => namedPaths(text)).length).toBeGreaterThan(50);
  });

  test.each(pages)('every link of $path leads somewhere', (page) => {
    const dead = linksOf(page).filter((link) => {
      const [path = '', anchor] = link.split('#');
      if (!existsSync(join(root, path))) return true;
      return anchor !== undefined && !anchorsOf(path).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test.each(pages)('every test and source that $path names is there', ({ path: page, text }) => {
    const places = ['', 'packages', dirname(page)];
    const absent = namedPaths(text).filter(
      (path) => !places.some((place) => existsSync(join(root, place, path))),
    );
    expect(absent).toEqual([]);
  });

  test('every page of docs is linked from another', () => {
    const linked = new Set(pages.flatMap((page) => linksOf(page)).map((link) => link.split('#')[0]));
    const lonely = pages.filter(({ path }) => dirname(path) === 'docs' && !linked.has(path));
    expect(lonely.map(({ path }) => relative('docs', path))).toEqual([]);
  });

  test('no two decisions have one number', () => {
    const numbers = readdirSync(join(root, 'docs', 'adr')).map((name) => name.slice(0, 3));
    expect(numbers).toEqual([...new Set(numbers)]);
  });
});
