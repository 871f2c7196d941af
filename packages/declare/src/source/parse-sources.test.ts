import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codes } from '../issue/codes.ts';
import { finish } from '../steps.ts';
import { createParser, parseSources } from './parse-sources.ts';

const header = (kind: string, name: string) =>
  `apiVersion: ombre.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`;
const flag = `${header('Flag', 'price')}  type: string\n  variants: { a: old, b: new }\n  default: a\n  off: a\n`;
const parse = (text: string, path = 'a.yaml') => parseSources([{ path, text }]);
const places = (text: string) =>
  parse(text).issues.map(({ code, line, column, path }) => `${line}:${column} ${code} ${path}`);

describe('reading sources', () => {
  test('reads documents of YAML and JSON alike, sorted by kind and name', () => {
    const json = JSON.stringify([
      { apiVersion: 'ombre.dev/v1', kind: 'Segment', metadata: { name: 'z' }, spec: { ids: ['u1'] } },
      { apiVersion: 'ombre.dev/v1', kind: 'Segment', metadata: { name: 'b' }, spec: { ids: ['u1'] } },
    ]);
    const { declared, issues } = parseSources([
      { path: 'b/c.json', text: json },
      { path: 'a.yml', text: `---\n# nothing\n---\n${flag}...\n---\n` },
      { path: 'ombre.yaml', text: 'project: judge\nenvironment: production\n' },
      { path: 'README.md', text: 'not: [read' },
    ]);
    expect(issues).toEqual([]);
    expect(declared.resources.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'Flag/price',
      'Segment/b',
      'Segment/z',
    ]);
    expect([declared.project, declared.environment]).toEqual(['judge', 'production']);
  });

  test('a byte order mark and the line ends of Windows change neither values nor places', () => {
    const text = `${flag}  docs: x\n`;
    expect(places(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(places(text));
    expect(places(text)).toEqual(['9:3 UNKNOWN_KEY spec.docs']);
    const condition = flag.concat(
      '  rules:\n    - id: r\n      when: |\n        a &&\n        b\n      serve: { variant: a }\n',
    );
    expect(parse(condition.replaceAll('\n', '\r\n')).declared.resources).toEqual(
      parse(condition).declared.resources,
    );
  });

  test('empty files, empty documents and comments hold nothing', () => {
    for (const text of ['', '\n\n', '# x\n', '---\n---\n', '\uFEFF', '...\n']) {
      expect(parse(text)).toMatchObject({ declared: { resources: [] }, issues: [] });
      expect(parse(text.trim(), 'a.json').issues.filter(({ code }) => code !== 'JSON_SYNTAX')).toEqual([]);
    }
  });

  test('the issues of one flag are all shown at once, each at its place', () => {
    const text = `${header('Flag', 'price')}  type: string
  variants: { a: old, b: new }
  default: a
  offf: a
  rules:
    - { id: one, serv: { variant: a } }
    - { id: two, serve: { share: 0.1234567, variant: a } }
    - { id: three, action: { deny: true } }
    - { id: four, when: 5, serve: { variant: a }, extra: 1 }
`;
    expect(places(text)).toEqual([
      '8:3 UNKNOWN_KEY spec.offf',
      '10:18 UNKNOWN_KEY spec.rules[0].serv',
      '11:34 BAD_SHARE spec.rules[1].serve.share',
      '12:7 MISSING_KEY spec.rules[2].serve',
      '13:25 WRONG_TYPE spec.rules[3].when',
      '13:51 UNKNOWN_KEY spec.rules[3].extra',
    ]);
  });

  test('a file that is read document by document says what it says as a whole', () => {
    const sound = [
      flag,
      `${header('Segment', 'x')}  ids: [u]\n`,
      `${header('Segment', 'y')}  when: |\n    a ==\n      "---"\n`,
      `# nothing\n`,
      '',
      `&a ${header('Segment', 'w')}`,
    ];
    const broken = [
      `${header('Segment', 'z')}  when: [\n`,
      `${header('Segment', 'q')}  when: "a\n`,
      '[1, 2]\n',
      '*a\n',
    ];
    const marks = ['---\n', '--- \n', '---\r\n', '--- # so\n'];
    const file = fc.oneof(
      // Each of these once reads without a word, so that what is compared is not issues alone.
      fc
        .shuffledSubarray(sound, { minLength: 1 })
        .chain((documents) =>
          fc.tuple(
            ...documents.map((document) => fc.tuple(fc.constantFrom(...marks), fc.constant(document))),
          ),
        ),
      fc.array(
        fc.tuple(fc.constantFrom(...marks, ' ---\n', '---x\n'), fc.constantFrom(...sound, ...broken)),
        { minLength: 1, maxLength: 6 },
      ),
    );
    let read = 0;
    fc.assert(
      fc.property(file, (parts) => {
        const text = parts.map(([before, document]) => before + document).join('');
        // The end of the last document is marked, so that the text is no longer taken to pieces.
        const whole = parse(`${text}\n...\n`);
        const inPieces = parse(`${text}\n`);
        expect(inPieces.issues.map(({ code }) => code)).toEqual(whole.issues.map(({ code }) => code));
        expect(inPieces.declared.resources).toEqual(whole.declared.resources);
        expect(inPieces.declared.drafts.map(({ id, key }) => [id, key])).toEqual(
          whole.declared.drafts.map(({ id, key }) => [id, key]),
        );
        if (whole.issues.length === 0) read++;
      }),
      // The same draws each time: what they come to is counted below.
      { seed: 1 },
    );
    expect(read).toBeGreaterThan(10);
  });

  test('a document that stays in a file that is edited is the same object, wherever it moves', () => {
    const parser = createParser();
    const segment = (name: string, id: string) => `---\n${header('Segment', name)}  ids: [${id}]\n`;
    const read = (...texts: string[]) =>
      finish(parser.parse([{ path: 'a.yaml', text: texts.join('') }])).declared;
    const before = read(segment('a', 'x'), segment('b', 'x'), segment('c', 'x'));
    const after = read(segment('a', 'x'), segment('b', 'y'), segment('c', 'x'));
    expect(after.drafts.map((draft, at) => draft === before.drafts[at])).toEqual([true, false, true]);
    const moved = read(segment('d', 'x'), segment('a', 'x'), segment('b', 'y'), segment('c', 'x'));
    expect(moved.resources.slice(0, 3)).toEqual(after.resources);
    expect(moved.resources[0]).toBe(after.resources[0]);
    const at = { resource: moved.drafts[2]?.id ?? '', path: ['metadata', 'name'] };
    expect(moved.positions.find(at)).toMatchObject({ line: 16 });
  });

  test('a malformed document takes nothing away from the others of its file', () => {
    const { declared, issues } = parse(
      `${flag}---\n${header('Segment', 'x')}  when: [\n---\n${header('Segment', 'y')}  ids: [u]\n`,
    );
    expect(issues.map(({ code }) => code)).toEqual(['YAML_SYNTAX']);
    expect(declared.resources.map(({ metadata }) => metadata.name)).toEqual(['price', 'y']);
  });

  test('__proto__ is refused wherever it stands, and no prototype is touched', () => {
    const texts = [
      `${flag}  __proto__: { polluted: true }\n`,
      `__proto__: { polluted: true }\n`,
      `${header('Flag', 'x')}  variants: { a: { __proto__: { polluted: true } } }\n`,
      `{"apiVersion":"ombre.dev/v1","kind":"Segment","metadata":{"name":"a","labels":{"__proto__":"x"}},"spec":{}}`,
    ];
    for (const text of texts) {
      expect(parse(text).issues.map(({ code }) => code)).toContain('FORBIDDEN_KEY');
      expect(parse(text).declared.drafts).toEqual([]);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const { declared } = parse(
      `${header('Flag', 'x')}  type: object\n  variants: { a: { constructor: 1, toString: 2 } }\n  default: a\n  off: a\n`,
    );
    expect(declared.resources[0]?.spec).toMatchObject({ variants: { a: { constructor: 1, toString: 2 } } });
  });

  test('an anchor repeats its value, and issues point to where the value is written', () => {
    const text = `${flag}  rules:\n    - { id: one, when: &adult user.age > 18, serve: &b { variant: b } }\n    - { id: two, when: *adult, serve: *b }\n`;
    const { declared, issues } = parse(text);
    expect(issues).toEqual([]);
    expect(declared.resources[0]?.spec).toMatchObject({
      rules: [{ when: 'user.age > 18' }, { serve: { variant: 'b' } }],
    });
    const at = { resource: 'Flag/price', path: ['spec', 'rules', 1, 'when'], span: { start: 9, end: 10 } };
    expect(declared.positions.find(at)).toEqual({ file: 'a.yaml', line: 10, column: 40, length: 1 });
  });

  test('keys that YAML takes for numbers or booleans are the text they are written as', () => {
    const { declared } = parse(
      `${header('Flag', 'x')}  type: boolean\n  variants: { true: true, 1.0: false }\n  default: "true"\n  off: "1.0"\n`,
    );
    expect(declared.resources[0]?.spec).toMatchObject({ variants: { true: true, '1.0': false } });
  });

  test('an idsFile is read from the files given, beside the one that names it', () => {
    const segment = `${header('Segment', 'beta')}  ids: [u0, u1]\n  idsFile: ../lists/beta.txt\n`;
    const list = { path: 'lists/beta.txt', text: '\uFEFFu1\r\n  u2  \r\n\r\nid with spaces\r\nu1' };
    const { declared, issues } = parseSources([{ path: 'flags/a.yaml', text: segment }, list]);
    expect(issues).toEqual([]);
    expect(declared.resources[0]?.spec).toEqual({ ids: ['u0', 'u1', 'u2', 'id with spaces'] });
  });

  test('a hundred thousand ids and a thousand flags are read in one go', () => {
    const ids = Array.from({ length: 100_000 }, (_, at) => `user-${at}`);
    const flags = Array.from({ length: 1_000 }, (_, at) => flag.replace('price', `f${at}`)).join('---\n');
    const { declared, issues } = parseSources([
      { path: 'a.yaml', text: `${header('Segment', 'x')}  idsFile: x.txt\n---\n${flags}` },
      { path: 'x.txt', text: ids.join('\n') },
    ]);
    expect(issues).toEqual([]);
    expect(declared.resources).toHaveLength(1_001);
    expect(declared.resources.at(-1)?.spec).toEqual({ ids });
  });

  test.each(['"never', "'never"])('a quote that does not end is shown where it begins: %s', (text) => {
    const { issues } = parse(
      `${header('Flag', 'x')}  type: string\n  variants: { a: "x" }\n  default: ${text}\n`,
    );
    expect(issues).toMatchObject([{ code: 'YAML_SYNTAX', line: 7, column: 12 }]);
  });

  test('the second of two resources is refused and both places are named', () => {
    const { declared, issues } = parseSources([
      { path: 'a.yaml', text: flag },
      { path: 'b.yaml', text: `# again\n${flag}` },
    ]);
    expect(issues).toMatchObject([
      {
        code: 'DUPLICATE_RESOURCE',
        file: 'b.yaml',
        line: 4,
        column: 19,
        also: [{ file: 'a.yaml', line: 3, column: 19 }],
      },
    ]);
    expect(declared.resources).toHaveLength(1);
  });

  test('a list of a thousand issues is cut, and says how many more there are', () => {
    const text = `${flag}  rules:\n${'    - { id: x }\n'.repeat(3000)}`;
    const { issues } = parse(text);
    expect(issues).toHaveLength(1001);
    expect(issues.at(-1)).toMatchObject({ code: 'TOO_MANY_ISSUES', severity: 'error' });
    expect(issues.every(({ code }) => Object.hasOwn(codes, code))).toBe(true);
  });
});
