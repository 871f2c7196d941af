import { type RouteId, routePath, routes } from '@ombre/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE, type Rig, startRig } from '../running-server.suite.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ files: EXAMPLE });
});
afterAll(() => rig.close());

/** Any JSON, with the keys that routes look for among it, and numbers and texts at the edges of their types. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(
      null,
      true,
      '',
      '__proto__',
      'Flag',
      'api',
      'files',
      0,
      -1,
      1e308,
      2 ** 53,
      '\ud800',
      '\u0000',
    ),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          ...[
            'context',
            'targetingKey',
            'user',
            'tier',
            'flag',
            'origin',
            'resources',
            'kind',
            'metadata',
            'name',
            'spec',
          ],
          ...[
            'variants',
            'rules',
            'when',
            'serve',
            'split',
            'share',
            'until',
            'variant',
            'to',
            'dryRun',
            '__proto__',
            'constructor',
          ],
        ),
        fc.string(),
      ),
      tie('value'),
      { maxKeys: 6 },
    ),
  ),
}));
const body = fc.oneof(
  value.map((one) => JSON.stringify(one)),
  fc.record({ context: value }).map((one) => JSON.stringify(one)),
  fc
    .record({
      origin: fc.constantFrom('api', 'files'),
      dryRun: fc.constant(true),
      resources: fc.array(value),
    })
    .map((one) => JSON.stringify(one)),
  fc
    .record({ flag: fc.constantFrom('tiered', 'shared', 'nope'), context: fc.dictionary(fc.string(), value) })
    .map((one) => JSON.stringify(one)),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '{"a":'.repeat(1000),
    '['.repeat(100_000),
    '{"context":{"targetingKey":"x"}',
    '1e99999',
    '"\\ud800"',
  ),
);
/** What writes is asked with dry runs or for things that are not there, so that the environment stays as it is. */
const posts: RouteId[] = [
  'evaluateFlag',
  'evaluateFlags',
  'apply',
  'rollback',
  'explain',
  'acknowledge',
  'kill',
  'target',
  'putResource',
];
const parameter = fc.oneof(
  fc.constantFrom('tiered', 'Flag', 'nope', '..', '%', 'a/b', ''),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

describe('whatever is sent', () => {
  test('is answered, never by a 500, and always as JSON with a code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...posts), body, parameter, parameter, async (id, text, one, two) => {
        const { method } = routes[id];
        const path = routePath(id, {
          key: safe(one),
          flag: 'nope',
          unit: safe(two),
          kind: 'Flag',
          name: safe(one),
        });
        const response = await fetch(`${rig.url}${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${rig.writeToken}`,
            'if-match': '"0"',
          },
          body: text,
          signal: AbortSignal.timeout(20_000),
        });
        expect(response.status).toBeLessThan(500);
        const answer = (await response.json()) as Record<string, unknown>;
        if (response.status >= 400) expect(typeof (answer.code ?? answer.errorCode)).toBe('string');
      }),
      { numRuns: 400 },
    );
  });

  test('in query and headers is answered, never by a 500', async () => {
    const gets = (Object.keys(routes) as RouteId[]).filter(
      (id) => routes[id].method === 'GET' && routes[id].media !== 'text/event-stream',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...gets),
        parameter,
        fc.webQueryParameters(),
        async (id, one, query) => {
          const path = routePath(id, {
            kind: 'Flag',
            name: safe(one),
            revision: safe(one),
            digest: safe(one),
          });
          const keys = ['before', 'limit', 'kind', 'origin']
            .map((name) => `${name}=${encodeURIComponent(safe(one))}`)
            .join('&');
          const response = await fetch(`${rig.url}${path}?${query}&${keys}`, {
            signal: AbortSignal.timeout(20_000),
          });
          await response.arrayBuffer();
          expect(response.status).toBeLessThan(500);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('leaves the environment as it was', async () => {
    const { flags, author } = await (await rig.ask('/v1/status')).json();
    expect([flags, author.drift]).toEqual([4, []]);
  });
});

/** `encodeURIComponent` takes no lone surrogate. */
function safe(text: string): string {
  return text.replaceAll(/[\ud800-\udfff]/g, '?');
}
