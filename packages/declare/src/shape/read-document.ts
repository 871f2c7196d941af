import {
  API_VERSION,
  type JsonValue,
  type Kind,
  metadataSchema,
  RESERVED_KINDS,
  type Resource,
  specSchemas,
} from '@ombre/decide/model';
import { z } from 'zod';
import { didYouMean } from '../issue/suggest.ts';
import { describeValue } from './describe.ts';
import { type Draft, salvage } from './draft.ts';
import { explainShape } from './explain-shape.ts';
import { withLevelShares } from './level-shares.ts';
import { isMapping, valueAt } from './schema-walk.ts';
import { type ShapeIssue, shapeIssue } from './shape-issue.ts';

const kinds = Object.keys(specSchemas) as Kind[];

/** The schema of a whole document of each kind. */
export const documents: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>(
  kinds.map((kind) => [
    kind,
    z.strictObject({
      apiVersion: z.literal(API_VERSION),
      kind: z.literal(kind),
      metadata: metadataSchema,
      spec: specSchemas[kind] as z.ZodType,
    }),
  ]),
);

export interface ReadDocument {
  readonly issues: readonly ShapeIssue[];
  /** Undefined if it has no kind or name that could be referred to. */
  readonly draft: Omit<Draft, 'id'> | undefined;
}

/** Takes a JSON value as a resource: all issues of its shape, and what of it the checks across resources can use. */
export function readDocument(value: JsonValue): ReadDocument {
  if (!isMapping(value))
    return refused(shapeIssue('NOT_A_RESOURCE', [], {}, { found: describeValue(value) }));
  const kind = kindOf(value);
  if (typeof kind !== 'string') return refused(kind);
  const schema = documents.get(kind) as z.ZodType;
  const full = withLevelShares(value);
  const issues = explainShape(schema, full).map((issue) => inWordsOfResources(issue, value));
  const name = valueAt(value, ['metadata', 'name']);
  if (typeof name !== 'string') return { issues, draft: undefined };
  const whole = issues.length === 0;
  const left = whole ? { value: full, written: (path: ShapeIssue['path']) => path } : salvage(schema, full);
  return {
    issues,
    draft: {
      key: `${kind}/${name}`,
      kind: kind as Kind,
      name,
      value,
      resource: left?.value as unknown as Resource | undefined,
      whole,
      written: left?.written ?? ((path) => path),
    },
  };
}

function refused(issue: ShapeIssue): ReadDocument {
  return { issues: [issue], draft: undefined };
}

function kindOf(value: Readonly<Record<string, unknown>>): string | ShapeIssue {
  const { kind } = value;
  const expected = kinds.join(', ');
  if (kind === undefined) {
    const project = Object.hasOwn(value, 'project') || Object.hasOwn(value, 'environment');
    if (project) {
      const hint = 'project and environment stand in a file called ombre.yaml';
      return shapeIssue('NOT_A_RESOURCE', [], {}, { found: describeValue(value), hint });
    }
    const known =
      Object.hasOwn(value, 'apiVersion') || Object.hasOwn(value, 'metadata') || Object.hasOwn(value, 'spec');
    if (!known) return shapeIssue('NOT_A_RESOURCE', [], {}, { found: describeValue(value) });
    return shapeIssue('MISSING_KEY', ['kind'], { key: '"kind"' }, { part: 'key', expected });
  }
  if (typeof kind === 'string' && documents.has(kind)) return kind;
  const found = describeValue(kind);
  if ((RESERVED_KINDS as readonly unknown[]).includes(kind)) {
    return shapeIssue('RESERVED_KIND', ['kind'], { kind: String(kind) }, { expected });
  }
  const hint = typeof kind === 'string' ? didYouMean(kind, kinds) : {};
  return shapeIssue('UNKNOWN_KIND', ['kind'], { kind: found }, { expected, ...hint });
}

/** Sharper codes for what only this format's reader can know. */
function inWordsOfResources(issue: ShapeIssue, value: JsonValue): ShapeIssue {
  const [top, list, index, key] = issue.path;
  if (top === 'apiVersion' && issue.code === 'NOT_ONE_OF') {
    const found = issue.found ?? '';
    const hint = { hint: `write apiVersion: ${API_VERSION}` };
    return shapeIssue('API_VERSION', issue.path, { found }, { expected: API_VERSION, found, ...hint });
  }
  if (issue.code === 'WRONG_LENGTH' && issue.path.at(-1) === 'when' && issue.found !== '0 characters') {
    const problem = `the condition has ${issue.found ?? ''}`;
    const details = { expected: issue.expected ?? '', hint: 'a long list of ids belongs into a Segment' };
    return shapeIssue('CEL_TOO_LONG', issue.path, { problem }, details);
  }
  if (issue.code === 'MISSING_KEY' && list === 'ladder' && key === 'share' && issue.path.length === 4) {
    return {
      ...issue,
      hint: 'share: 1 treats all of them; a level may leave it out, and keep a tenth as control, if it has a when, is tested and is not the last',
    };
  }
  const inServe = list === 'rules' && key === 'serve' && typeof index === 'number' && issue.path.length > 3;
  if (inServe && valueAt(value, ['spec', 'rules', index, 'action']) !== undefined) {
    const at = issue.path.slice(0, 4);
    const serve = valueAt(value, at);
    const other = isMapping(serve) && ['share', 'split', 'table'].some((word) => Object.hasOwn(serve, word));
    if (other)
      return shapeIssue(
        'ACTION_SERVES_VARIANT',
        at,
        {},
        { expected: '{ variant }', found: describeValue(serve) },
      );
    if (serve === undefined)
      return { ...issue, hint: "the variant is the action's answer: serve: { variant: … }" };
  }
  return issue;
}
