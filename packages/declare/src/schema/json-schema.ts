import type { JsonValue, Kind } from '@ombre/decide/model';
import { z } from 'zod';
import { documents } from '../shape/read-document.ts';
import { isMapping, shapeOf } from '../shape/schema-walk.ts';
import { projectSchema } from '../source/source-set.ts';
import { descriptions } from './descriptions.ts';

type Node = Record<string, JsonValue>;

/** One schema (draft 2020-12) for every file of resources: documents are told apart by `kind`, `ombre.yaml` by having none. For editors. */
export function jsonSchema(): JsonValue {
  const forms = [...documents].map(([kind, schema]) => withIdsFile(kind as Kind, schema as z.ZodObject));
  const generated = z.toJSONSchema(z.union([...forms, projectSchema]), {
    target: 'draft-2020-12',
  }) as unknown as Node;
  const { anyOf, $schema, ...rest } = generated;
  const alternatives = anyOf as readonly JsonValue[];
  for (const form of alternatives) describeForm(form as Node);
  return { $schema: $schema as JsonValue, title: 'Resources of Ombre', oneOf: alternatives, ...rest };
}

/** In files a Segment may name a file of ids. */
function withIdsFile(kind: Kind, document: z.ZodObject): z.ZodType {
  const { spec } = shapeOf(document);
  if (kind !== 'Segment' || !(spec instanceof z.ZodObject)) return document;
  return document.extend({ spec: spec.extend({ idsFile: z.string().min(1).exactOptional() }) });
}

function describeForm(form: Node): void {
  const { properties } = form as { properties: Record<string, Node> };
  const { kind, metadata, spec } = properties;
  if (spec === undefined) {
    form.title = 'ombre.yaml';
    describe(form, 'ombre.yaml');
    return;
  }
  const name = String(kind?.const);
  form.title = name;
  form.description = descriptions[name] ?? '';
  for (const key of ['apiVersion', 'kind'])
    Object.assign(properties[key] as Node, { description: descriptions[key] ?? '' });
  describe(metadata as Node, 'metadata');
  describe(spec, name);
  if (name === 'Release') withoutShares(spec);
  spec.description = descriptions.spec ?? '';
}

/** Which levels may leave their share out, no schema of one level can say: the checks do. */
function withoutShares(release: Node): void {
  const { ladder } = release.properties as { ladder: { items: Node } };
  const required = ladder.items.required as readonly string[];
  ladder.items.required = required.filter((key) => key !== 'share');
}

/** Adds the description of each field, the same in all forms of a union. */
function describe(schema: Node, path: string): void {
  const description = descriptions[path];
  if (description !== undefined) schema.description = description;
  for (const [key, field] of Object.entries(isMapping(schema.properties) ? schema.properties : {})) {
    describe(field as Node, `${path}.${key}`);
  }
  if (isMapping(schema.items)) describe(schema.items as Node, `${path}[]`);
  if (isMapping(schema.additionalProperties)) describe(schema.additionalProperties as Node, `${path}{}`);
  for (const word of ['anyOf', 'oneOf'] as const) {
    const forms = schema[word];
    for (const form of Array.isArray(forms) ? (forms as readonly JsonValue[]) : [])
      describeParts(form as Node, path);
  }
}

/** The fields of one form; the form itself is described by what holds it. */
function describeParts(form: Node, path: string): void {
  describe(form, path);
  if (form.description === descriptions[path]) delete form.description;
}
