import type { JsonValue, Resource } from '@ombre/decide/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomResource } from '../schema/random-resource.suite.ts';
import { sortResources } from '../source/canonical-order.ts';
import { parseSources } from '../source/parse-sources.ts';
import { formatResources } from './format-resources.ts';

const set = fc.uniqueArray(randomResource, {
  maxLength: 4,
  selector: ({ kind, metadata }) => `${kind}/${metadata.name}`,
});

/** The same value with the keys of every mapping turned around. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('resources as YAML', () => {
  test('are read back as they were', () => {
    fc.assert(
      fc.property(set, (resources) => {
        const text = formatResources(resources);
        const { declared, issues } = parseSources([{ path: 'export.yaml', text }]);
        expect(issues, text).toEqual([]);
        expect(declared.resources).toEqual(sortResources(resources));
      }),
      { numRuns: 300 },
    );
  });

  test('are the same text whatever the order of keys and resources', () => {
    fc.assert(
      fc.property(set, (resources) => {
        const turned = resources.toReversed().map((resource) => reversed(resource) as Resource);
        expect(formatResources(turned)).toBe(formatResources(resources));
      }),
      { numRuns: 100 },
    );
  });

  test('keep every text, however odd, in values and keys', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '',
        ' ',
        '~',
        'null',
        'on',
        '0x1',
        '1e3',
        '- a',
        'a: b',
        '#',
        '|',
        ' \n x',
        'x\n',
        '\r',
        '\t',
        '---',
        '...',
        '\u2028',
        '\uFEFF',
        '"',
        "'",
        '%',
        '@',
        '`',
        '&',
        '*',
      ),
    );
    fc.assert(
      fc.property(odd, fc.dictionary(odd, odd, { maxKeys: 3 }), (doc, object) => {
        fc.pre(
          !Object.hasOwn(object, '__proto__') &&
            !Object.hasOwn(object, '<<') &&
            !`${doc}${JSON.stringify(object)}`.includes('\\u0000') &&
            !doc.includes('\0'),
        );
        const variants = { a: { ...object, list: [doc, [doc]] } as JsonValue };
        const resource: Resource = {
          apiVersion: 'ombre.dev/v1',
          kind: 'Flag',
          metadata: { name: 'x', owner: doc.slice(0, 200) },
          spec: { type: 'object', variants, default: 'a', off: 'a' },
        };
        const text = formatResources([resource]);
        const { declared, issues } = parseSources([{ path: 'a.yaml', text }]);
        expect(issues, text).toEqual([]);
        expect(declared.resources).toEqual([resource]);
      }),
      { numRuns: 1000 },
    );
  });
});
