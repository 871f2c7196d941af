import { type Kind, resourceSchema } from '@ombre/decide/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { descriptions } from './descriptions.ts';
import { jsonSchema } from './json-schema.ts';
import { markdownTable } from './markdown-table.suite.ts';
import { randomResource } from './random-resource.suite.ts';

type Node = Readonly<Record<string, unknown>>;

const schema = jsonSchema() as Node & { readonly oneOf: readonly Node[] };
const accepts = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);
const segment = (spec: object) => ({
  apiVersion: 'ombre.dev/v1',
  kind: 'Segment',
  metadata: { name: 'a' },
  spec,
});

type Required = 'yes' | 'in its form' | '';

interface Field {
  readonly path: string;
  readonly node: Node;
  readonly required: Required;
}

/** Each field of a schema: its path as the descriptions name it, its schema, and whether it must be there: always, or in one of several forms. */
function fieldsOf(node: Node, path: string, required: Required = ''): readonly Field[] {
  const inner = (key: string, at: string) => (node[key] === undefined ? [] : fieldsOf(node[key] as Node, at));
  const forms = [...((node.anyOf ?? []) as Node[]), ...((node.oneOf ?? []) as Node[])];
  return [
    { path, node, required },
    ...Object.entries((node.properties ?? {}) as Readonly<Record<string, Node>>).flatMap(([key, field]) =>
      fieldsOf(field, `${path}.${key}`, requires(node, key) ? 'yes' : ''),
    ),
    ...inner('items', `${path}[]`),
    ...(typeof node.additionalProperties === 'object' ? inner('additionalProperties', `${path}{}`) : []),
    ...forms.flatMap((form) =>
      fieldsOf(form, path).map((field) => {
        const key = field.path.slice(path.length + 1);
        const needed = forms.every((other) => requires(other, key)) || /[.[{]/.test(key);
        return field.required === 'yes' && !needed ? { ...field, required: 'in its form' as const } : field;
      }),
    ),
  ];
}

function requires(node: Node, key: string): boolean {
  return ((node.required ?? []) as string[]).includes(key);
}

const forms = schema.oneOf.map((form) => {
  const { metadata, spec } = form.properties as Readonly<Record<string, Node>>;
  const title = String(form.title);
  return {
    title,
    form,
    metadata,
    fields: spec === undefined ? fieldsOf(form, title) : fieldsOf(spec, title),
  };
});

describe('the JSON Schema for editors', () => {
  test('accepts what the model accepts, and refuses the same with one key too many or too few', () => {
    fc.assert(
      fc.property(randomResource, fc.nat(), (resource, pick) => {
        expect(resourceSchema.safeParse(resource).success).toBe(true);
        expect(accepts.safeParse(resource).error).toBeUndefined();
        expect(accepts.safeParse({ ...resource, extra: 1 }).success).toBe(false);
        expect(accepts.safeParse({ ...resource, spec: { ...resource.spec, extra: 1 } }).success).toBe(false);
        const keys = Object.keys(resource.spec);
        const gone = keys[pick % Math.max(1, keys.length)] ?? 'apiVersion';
        const { [gone]: _, ...rest } = resource.spec as unknown as Record<string, unknown>;
        const less = { ...resource, spec: rest };
        expect(accepts.safeParse(less).success).toBe(resourceSchema.safeParse(less).success);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a Segment with a file of ids', segment({ idsFile: 'a.txt' }), true],
    ['ombre.yaml', { project: 'a', environment: 'b' }, true],
    ['ombre.yaml with a capital', { project: 'A', environment: 'b' }, false],
    ['a kind that is not there', { ...segment({}), kind: 'Sequel' }, false],
    ['a reserved kind', { ...segment({}), kind: 'Metric' }, false],
    ['another version', { ...segment({}), apiVersion: 'v1' }, false],
    ['ids that are numbers', segment({ ids: [1] }), false],
    [
      'a share of ten',
      {
        ...segment({
          type: 'boolean',
          variants: { a: true },
          default: 'a',
          off: 'a',
          rules: [{ id: 'x', serve: { share: 10, variant: 'a' } }],
        }),
        kind: 'Flag',
      },
      false,
    ],
    [
      'an action without serve',
      {
        ...segment({
          type: 'boolean',
          variants: { a: true },
          default: 'a',
          off: 'a',
          rules: [{ id: 'x', action: { deny: true } }],
        }),
        kind: 'Flag',
      },
      false,
    ],
    ['a text', 'text', false],
  ])('%s', (_, document, accepted) => {
    expect(accepts.safeParse(document).success).toBe(accepted);
  });

  test('describes every field, and no description is left over', () => {
    const common = forms.flatMap(({ metadata }) =>
      metadata === undefined ? [] : fieldsOf(metadata, 'metadata'),
    );
    const all = [...common, ...forms.flatMap(({ fields }) => fields)];
    // Cells, entries and forms are described by what holds them.
    const named = all.filter(({ path }) => !/(?:\[\]|\{\})$/.test(path)).map(({ path }) => path);
    expect([...new Set(named)].filter((path) => descriptions[path] === undefined)).toEqual([]);
    const known = new Set([...named, 'apiVersion', 'kind', 'spec']);
    expect(Object.keys(descriptions).filter((path) => !known.has(path))).toEqual([]);
  });

  test('docs/resources.md names every kind and field', async () => {
    await expect(page()).toMatchFileSnapshot('../../../../docs/resources.md');
  });
});

function page(): string {
  const sections = forms.map(({ title, fields }) => {
    const rows = new Map<string, readonly string[]>();
    for (const { path, node, required } of fields) {
      const name = path.slice(title.length + 1);
      if (name === '' || /(?:\[\]|\{\})$/.test(name) || rows.has(name)) continue;
      const all = fields.filter((field) => field.path === path);
      const types = [...new Set(all.map((field) => typeOf(field.node)))].join(' or ');
      rows.set(name, [`\`${name}\``, types || typeOf(node), required, descriptions[path] ?? '']);
    }
    return `## ${title}\n\n${descriptions[title]}\n\n${markdownTable(['field', 'type', 'required', 'meaning'], [...rows.values()])}\n`;
  });
  const metadata = forms.find((form) => form.metadata !== undefined)?.metadata ?? {};
  const common = fieldsOf(metadata, 'metadata').map(({ path, node, required }) => [
    `\`${path}\``,
    typeOf(node),
    path === 'metadata' ? 'yes' : required,
    descriptions[path] ?? '',
  ]);
  const envelope = [
    ['`apiVersion`', '`ombre.dev/v1`', 'yes', descriptions.apiVersion ?? ''],
    [
      '`kind`',
      (forms.map(({ title }) => title).filter((title) => title !== 'ombre.yaml') as Kind[]).join(', '),
      'yes',
      descriptions.kind ?? '',
    ],
    ...common.filter(([path]) => !path?.includes('{}')),
    ['`spec`', 'mapping', 'yes', descriptions.spec ?? ''],
  ];
  return `<!-- Written by packages/declare/src/schema/json-schema.test.ts from the schemas: change those or their descriptions, then run vitest with --update. -->
# Resources

Resources are YAML 1.2 (\`.yaml\`, \`.yml\`, any number of documents a file) or JSON (\`.json\`, one resource or a list of them). Kind and name identify a resource
within its environment, whatever file it is in. Fields that are not listed here are refused. \`ombre schema\` prints the JSON Schema for editors;
[checks.md](checks.md) lists everything that can be wrong. In paths \`[]\` stands for each entry of a list, \`{}\` for each value of a mapping.

## Every resource

${markdownTable(['field', 'type', 'required', 'meaning'], envelope)}

${sections.join('\n')}`;
}

function typeOf(node: Node): string {
  const { type, enum: values } = node as { type?: string; enum?: readonly unknown[] };
  if ('const' in node) return `\`${String(node.const)}\``;
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (type === 'object') return 'mapping';
  if (type === 'array') return 'list';
  if (type === 'string') return 'text';
  if (type !== undefined) return type;
  const inner = [...((node.anyOf ?? []) as Node[]), ...((node.oneOf ?? []) as Node[])];
  return [...new Set(inner.map(typeOf))].join(' or ') || 'any';
}
