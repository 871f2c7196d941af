import { type JsonValue, type Kind, specSchemas } from '@ombre/decide/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { codes } from '../issue/codes.ts';
import { randomResource } from '../schema/random-resource.suite.ts';
import { explainShape } from './explain-shape.ts';
import { readDocument } from './read-document.ts';

/** A value with one thing in it changed: a key renamed, removed or added, or a value replaced. */
function mutate(value: unknown, pick: number, replacement: unknown): unknown {
  const places: (() => unknown)[] = [];
  const walk = (inner: unknown, put: (changed: unknown) => unknown) => {
    places.push(() => put(replacement));
    if (Array.isArray(inner)) {
      inner.forEach((item, at) => {
        walk(item, (changed) => put(inner.with(at, changed)));
      });
    } else if (typeof inner === 'object' && inner !== null) {
      for (const [key, item] of Object.entries(inner)) {
        const { [key]: _, ...rest } = inner as Record<string, unknown>;
        places.push(
          () => put(rest),
          () => put({ ...rest, [`${key}x`]: item }),
          () => put({ ...inner, extra: replacement }),
        );
        walk(item, (changed) => put({ ...rest, [key]: changed }));
      }
    }
  };
  walk(value, (changed) => changed);
  return places[pick % places.length]?.();
}

const replacement = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, '', 0, -1, 10, 0.1234567, true, [], {}),
);

describe('what is said of a wrong shape', () => {
  test('is nothing exactly when the schema accepts, whatever is changed', () => {
    let refused = 0;
    fc.assert(
      fc.property(randomResource, fc.nat(), replacement, (resource, pick, value) => {
        const spec = mutate(resource.spec, pick, value);
        const schema = specSchemas[resource.kind] as z.ZodType;
        const issues = explainShape(schema, spec);
        expect(issues.length === 0).toBe(schema.safeParse(spec).success);
        if (issues.length > 0) refused++;
        for (const { code, message } of issues) {
          expect(Object.hasOwn(codes, code)).toBe(true);
          // No word of the schema library, no hole in a template; what is quoted is the author's own.
          expect(message.replace(/"(?:[^"\\]|\\.)*"/g, '')).not.toMatch(
            /invalid input|received|undefined|\{\w+\}|object Object/i,
          );
        }
      }),
      // The same draws each time: what they come to is counted below.
      { numRuns: 3000, seed: 1 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  test('leaves a draft whose remains the schema takes, for the checks that follow', () => {
    fc.assert(
      fc.property(randomResource, fc.nat(), replacement, (resource, pick, value) => {
        const changed = { ...resource, spec: mutate(resource.spec, pick, value) } as unknown as JsonValue;
        const { draft, issues } = readDocument(changed);
        expect(draft?.key).toBe(`${resource.kind}/${resource.metadata.name}`);
        expect(draft?.whole).toBe(issues.length === 0);
        if (draft?.resource === undefined) return;
        const structural = explainShape(
          specSchemas[draft.kind as Kind] as z.ZodType,
          draft.resource.spec,
        ).filter(({ code }) =>
          ['MISSING_KEY', 'WRONG_TYPE', 'NO_ALTERNATIVE', 'CONFLICTING_KEYS', 'NOT_ONE_OF'].includes(code),
        );
        expect(structural).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
