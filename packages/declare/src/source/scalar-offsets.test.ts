import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument, type Scalar, stringify } from 'yaml';
import { scalarOffsets } from './scalar-offsets.ts';

const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;
const words = fc.array(
  fc.constantFrom(
    'user.tier',
    '==',
    '"L5"',
    "'L5'",
    '&&',
    '\n',
    '\n\n',
    '  ',
    'x\\y',
    '"it\'s"',
    '[1, 2]',
    'ü',
    '𝒳',
    '# no',
    ': no',
  ),
  { minLength: 1, maxLength: 12 },
);

/** A text in a style, deep in a document, with lines folded where the style can. */
function written(text: string, style: (typeof styles)[number], lineWidth: number): string {
  return stringify(
    { spec: { rules: [{ when: text }] } },
    {
      defaultStringType: style,
      defaultKeyType: 'PLAIN',
      lineWidth,
      minContentWidth: 5,
      blockQuote: style.startsWith('BLOCK'),
    },
  );
}

describe('the offsets of a text in its file', () => {
  test.each(styles)('every character but white space stands where it is said to, %s', (style) => {
    fc.assert(
      fc.property(words, fc.constantFrom(0, 20, 40), fc.boolean(), (parts, lineWidth, windows) => {
        const text = parts.join(' ');
        const unix = written(text, style, lineWidth);
        const source = windows && !unix.includes('\\') ? unix.replaceAll('\n', '\r\n') : unix;
        const node = parseDocument(source).getIn(['spec', 'rules', 0, 'when'], true) as Scalar<string>;
        const offsets = scalarOffsets(source, node, node.value);
        for (const [at, unit] of [...node.value.split('')].entries()) {
          if (/\s/.test(unit)) continue;
          const offset = offsets[at] ?? -1;
          const escaped = source.startsWith('\\', offset) && node.type === 'QUOTE_DOUBLE';
          const found = escaped
            ? JSON.parse(`"${/^\\(?:u[0-9a-f]{4}|U[0-9a-f]{8}|x..|.)/i.exec(source.slice(offset))?.[0]}"`)
            : source[offset];
          expect(found, `${JSON.stringify(source)} at ${at}`).toBe(unit);
        }
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ["when: 'it''s == \"x\"'", 'x', 17],
    ['when: "a == \\"x\\" && b"', 'b', 21],
    ['when: "a\\u0062c == \\\n   d"', 'd', 24],
    ['when: |-  # comment\n  a &&\n    b\n', 'b', 31],
    ['when: >2\n    a\n  b\n', 'b', 17],
    ['when: a &&\n  b ||\n\n  c\n', 'c', 21],
  ])('%j has %s at %i', (source, unit, offset) => {
    const node = parseDocument(source).get('when', true) as Scalar<string>;
    expect(scalarOffsets(source, node, node.value)[node.value.lastIndexOf(unit)]).toBe(offset);
  });
});
