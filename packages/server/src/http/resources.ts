import { inSlices } from '@ombre/carry';
import { type JsonValue, type Resource, resourceSchema } from '@ombre/decide/model';
import { parseSources, withLevelShares } from '@ombre/declare';
import type { WireIssue } from '@ombre/protocol';
import { Refusal } from './refusal.ts';

/**
 * Resources as they came in a body. Those with a wrong shape are refused as INVALID, all at once and in the words that files get, but
 * without a place; what resources say together is checked by the command.
 */
export function readResources(bodies: readonly JsonValue[]): Promise<readonly Resource[]> {
  return inSlices(reading(bodies));
}

/** Bodies read between two pauses. */
const SLICE = 20;

function* reading(bodies: readonly JsonValue[]): Generator<undefined, readonly Resource[]> {
  const resources: Resource[] = [];
  const wrong: JsonValue[] = [];
  for (const [index, body] of bodies.entries()) {
    const parsed = resourceSchema.safeParse(withLevelShares(body));
    if (parsed.success) resources.push(parsed.data);
    else wrong.push(body);
    if (index % SLICE === SLICE - 1) yield;
  }
  if (wrong.length > 0) throw new Refusal('INVALID', undefined, { issues: issuesOf(wrong) });
  return resources;
}

const MANY = 100;

function issuesOf(wrong: readonly JsonValue[]): readonly WireIssue[] {
  const { issues } = parseSources([{ path: 'body.json', text: JSON.stringify(wrong.slice(0, MANY)) }]);
  const errors = issues.filter((issue) => issue.severity === 'error');
  if (errors.length > 0) return errors.map((issue) => ({ ...issue, file: '', line: 0, column: 0 }));
  const message = 'a body is no resource: it needs apiVersion, kind, metadata and spec';
  return [{ severity: 'error', code: 'NOT_A_RESOURCE', file: '', line: 0, column: 0, path: '', message }];
}
