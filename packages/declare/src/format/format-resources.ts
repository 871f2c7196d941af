import { metadataSchema, type Resource, specSchemas } from '@ombre/decide/model';
import { Document, isPair, isScalar, isSeq, type Scalar, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import { compareText } from '../issue/finding.ts';
import { formsOf, isMapping, shapeOf, stepInto, unwrap } from '../shape/schema-walk.ts';
import { sortResources } from '../source/canonical-order.ts';

/**
 * Resources as YAML that `parseSources` reads back to the same: one document each, by kind and name; known keys in the order of their schema, all others
 * sorted. Equal resources have equal text.
 */
export function formatResources(resources: readonly Resource[]): string {
  return sortResources(resources).map(formatResource).join('---\n');
}

function formatResource({ apiVersion, kind, metadata, spec }: Resource): string {
  const ordered = {
    apiVersion,
    kind,
    metadata: inOrder(metadata, metadataSchema),
    spec: inOrder(spec, specSchemas[kind]),
  };
  const document = new Document(ordered, {
    aliasDuplicateObjects: false,
    // Words that YAML 1.1 takes for booleans are quoted for those who read the file with an older library.
    compat: 'yaml-1.1',
  });
  visit(document, {
    Scalar(key, node) {
      if (key === 'key') quoteNumber(node);
      else if (typeof node.value === 'string') blockIfLong(node);
    },
    Collection(_, node, path) {
      const pair = path.at(-1);
      const key = isPair(pair) && isScalar(pair.key) ? pair.key.value : undefined;
      if (path.length > 1 && key !== 'spec' && fitsInLine(node)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Keys such as `1` or `true` are text: in quotes nobody takes them for anything else. */
function quoteNumber(node: Scalar): void {
  if (
    typeof node.value === 'string' &&
    /^(?:[\d.+-].*|true|false|null|~|on|off|yes|no|y|n)$/i.test(node.value)
  ) {
    node.type = 'QUOTE_DOUBLE';
  }
}

function blockIfLong(node: Scalar): void {
  const text = node.value as string;
  if (!text.includes('\n')) return;
  // Lines that begin with white space and control characters are safe in quotes only.
  node.type = /(?:^|\n)\s|[^\P{Cc}\n]/u.test(text) ? 'QUOTE_DOUBLE' : 'BLOCK_LITERAL';
}

const widest = 90;

/** Short lists of plain values and short mappings stand in one line; lists of mappings are read better one below the other. */
function fitsInLine(node: YAMLMap | YAMLSeq): boolean {
  if (isSeq(node) && node.items.some((item) => !isScalar(item))) return false;
  const text = JSON.stringify(node);
  return text.length <= widest && !text.includes('\\n');
}

/** The same value with the keys of mappings in order. */
function inOrder(value: unknown, schema: z.ZodType | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => inOrder(item, schema && stepInto(schema, 0)));
  if (!isMapping(value)) return value;
  const form = schema && formOf(unwrap(schema), value);
  const known = form instanceof z.ZodObject ? Object.keys(shapeOf(form)) : [];
  const rank = (key: string) => (known.includes(key) ? known.indexOf(key) : known.length);
  const keys = Object.keys(value).sort((a, b) => rank(a) - rank(b) || compareText(a, b));
  return new Map(keys.map((key) => [key, inOrder(value[key], form && stepInto(form, key))]));
}

/** The form of a union that a value has. */
function formOf(schema: z.ZodType, value: unknown): z.ZodType {
  if (!(schema instanceof z.ZodUnion)) return schema;
  return unwrap(formsOf(schema).find((form) => form.safeParse(value).success) ?? schema);
}
