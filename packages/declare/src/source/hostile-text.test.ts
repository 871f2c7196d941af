import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declareSources } from '../declare-sources.ts';
import { codes } from '../issue/codes.ts';
import { formatIssue } from '../issue/format-issue.ts';
import { jsonFault } from './json-syntax.ts';
import type { SourceFile } from './source-file.ts';

/** Reads a text every way there is; whatever it is, the answer is data and its places lie in the file. */
function read(text: string, paths: readonly string[] = ['a.yaml', 'a.json', 'ombre.yaml']): void {
  const lines = text.split('\n').length;
  for (const path of paths) {
    const files: readonly SourceFile[] = [
      { path, text },
      { path: 'ids.txt', text },
    ];
    const { issues } = declareSources(files);
    for (const [at, issue] of issues.entries()) {
      expect(Object.hasOwn(codes, issue.code)).toBe(true);
      expect(issue.line).toBeLessThanOrEqual(lines);
      if (at < 10) expect(formatIssue(issue, files)).toContain(issue.message);
    }
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

const key = fc.constantFrom(
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'spec',
  'rules',
  'id',
  'when',
  'serve',
  'variant',
  'share',
  'split',
  'variants',
  '__proto__',
  'constructor',
  'ladder',
  'ids',
  'idsFile',
  'attributes',
  'rows',
  'match',
  'dimensions',
  'polluted',
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(
      'ombre.dev/v1',
      'Flag',
      'Release',
      'Table',
      'a',
      'ids.txt',
      'user.tier == "L5"',
      '',
      '*x',
      null,
      true,
    ),
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(key, tie('any'), { maxKeys: 6 }),
  ),
})).any;
const token = fc.constantFrom(
  'a',
  ': ',
  '- ',
  '\n',
  '  ',
  '{',
  '}',
  '[',
  ']',
  ', ',
  '"',
  "'",
  '|',
  '>',
  '&x ',
  '*x',
  '? ',
  '!t ',
  '---\n',
  '...\n',
  '#',
  '\t',
  '\r\n',
  '%YAML 1.2\n',
  '<<: ',
  '\\',
  '\u0000',
  '\uFEFF',
  'kind: Flag',
  'spec:',
  '𝒳',
  '1e999',
  '0x',
  '~',
);

describe('hostile text', () => {
  test('any text at all gives issues, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => read(text)),
      { numRuns: 300 },
    );
  });

  test('any sequence of what YAML is made of', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60, size: 'max' }), (tokens) => read(tokens.join(''))),
      { numRuns: 2000 },
    );
  });

  test('any JSON value in the place of a resource or a part of one', () => {
    const document = (spec: unknown, kind: string) => ({
      apiVersion: 'ombre.dev/v1',
      kind,
      metadata: { name: 'a' },
      spec,
    });
    const kinds = fc.constantFrom('Vocabulary', 'Flag', 'Segment', 'Table', 'Upstream', 'Release', 'Holdout');
    fc.assert(
      fc.property(value, value, kinds, (spec, part, kind) => {
        read(JSON.stringify(spec) ?? '');
        read(
          JSON.stringify([
            document(spec, kind),
            document(
              { ...(spec as object), rules: [part], ladder: [part], rows: [part], attributes: part },
              kind,
            ),
          ]),
        );
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['nested lists', '['.repeat(50_000)],
    ['nested mappings', 'a: {'.repeat(20_000)],
    ['nested dashes', '- '.repeat(25_000)],
    ['explicit keys', '? '.repeat(20_000)],
    ['tags', '!a '.repeat(20_000)],
    ['anchors', '&a '.repeat(20_000)],
    ['aliases', `a: &a x\nb: [${'*a, '.repeat(20_000)}]`],
    ['quotes', '"'.repeat(25_000)],
    ['backslashes', `a: "${'\\'.repeat(25_000)}`],
    ['tabs', '\t'.repeat(25_000)],
    ['one long key', `${'a'.repeat(500_000)}: 1`],
    ['one long condition', `when: ${'('.repeat(50_000)}`],
    ['documents', '---\n'.repeat(60_000)],
    ['many keys', Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join('\n')],
    ['the same key', 'a: 1\n'.repeat(20_000)],
    ['line breaks within quotes', `a: "${'x\n '.repeat(25_000)}"`],
    [
      'an exponential bomb',
      `a0: &a0 [x, x]\n${Array.from({ length: 60 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join('\n')}`,
    ],
  ])('%s in the tens of thousands are read in bounded time', (_, text) => {
    read(text, ['ombre.yaml', 'a.json']);
  });

  test('what JSON.parse refuses, and only that, has a fault', () => {
    const near = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"\\n"',
        '1',
        '-1.5e3',
        '01',
        'true',
        'nul',
        ' ',
        '\n',
        "'",
        '//',
        '"',
      ),
      { maxLength: 12 },
    );
    const mutated = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', 'x', '\t'))
      .map(
        ([json, at, text]) =>
          json.slice(0, at % (json.length + 1)) + text + json.slice((at % (json.length + 1)) + 1),
      );
    const agrees = (text: string) => {
      let accepted = true;
      try {
        JSON.parse(text);
      } catch {
        accepted = false;
      }
      expect(jsonFault(text) === undefined, text).toBe(accepted);
    };
    fc.assert(
      fc.property(near, (parts) => agrees(parts.join(''))),
      { numRuns: 3000 },
    );
    fc.assert(fc.property(mutated, agrees), { numRuns: 3000 });
    fc.assert(fc.property(fc.json(), agrees), { numRuns: 300 });
  });
});
