import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLE, type Rig, startRig } from '../../running-server.suite.ts';

const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ files: EXAMPLE });
});
afterAll(() => rig.close());

const one = '/ofrep/v1/evaluate/flags';
const u1 = { context: { targetingKey: 'u1' } };

/**
 * OFREP's own document, read in two places as it must be meant: DEFAULT is a reason too (its decision 6 and other servers have it), and the
 * kinds of a value are alternatives (as `oneOf` no answer could pass: an integer is also a float, and codeDefaultFlag takes any object).
 * The alternative without a value is left out: published clients refuse such an answer.
 */
const document = join(import.meta.dirname, '../../../../../../shared/protocols/ofrep/openapi.yaml');
function ofrepSchema(name: string): ValidateFunction {
  const api = parse(readFileSync(document, 'utf8')) as {
    components: { schemas: { evaluationSuccess: Success } };
  };
  const { allOf } = api.components.schemas.evaluationSuccess;
  allOf[0].properties.reason.enum.push('DEFAULT');
  const { oneOf } = allOf[1];
  allOf[1] = { anyOf: oneOf!.filter(({ $ref }) => !$ref.endsWith('codeDefaultFlag')) };
  const ajv = new Ajv2020({ strict: false, logger: false });
  ajv.addSchema(api, 'ofrep');
  return ajv.compile({ $ref: `ofrep#/components/schemas/${name}` });
}

interface Success {
  readonly allOf: [
    { readonly properties: { readonly reason: { readonly enum: string[] } } },
    { readonly oneOf?: { $ref: string }[]; readonly anyOf?: { $ref: string }[] },
  ];
}

describe('one flag', () => {
  test('is answered with value, variant, reason and what decided', async () => {
    const response = await rig.post(`${one}/tiered`, {
      context: { targetingKey: 'u1', user: { tier: 'L5' } },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      key: 'tiered',
      reason: 'TARGETING_MATCH',
      value: 'two',
      variant: 'v2',
      metadata: { cause: 'rule', rule: 'vip', revision: rig.revision },
    });
  });

  test('is answered the same for nested and dotted attributes, bare and below the environment', async () => {
    const nested = await rig.post(`${one}/tiered`, { context: { user: { tier: 'L5' } } });
    const dotted = await rig.post(`/p/judge/production${one}/tiered`, { context: { 'user.tier': 'L5' } });
    expect(await nested.json()).toEqual(await dotted.json());
  });

  test('has the reason that fits: static, default, split, action', async () => {
    const ask = async (key: string, context: object) => (await rig.post(`${one}/${key}`, { context })).json();
    expect(await ask('plain', {})).toMatchObject({ reason: 'STATIC', value: true });
    expect(await ask('layout', {})).toMatchObject({
      reason: 'STATIC',
      value: { columns: 2, tags: ['x', 'y'] },
    });
    expect(await ask('tiered', { 'question.difficulty': 0.1 })).toMatchObject({
      reason: 'DEFAULT',
      value: 'one',
      variant: 'v1',
    });
    expect(await ask('shared', { targetingKey: 'u1' })).toMatchObject({
      reason: 'SPLIT',
      metadata: { rule: 'mix' },
    });
    expect(await ask('tiered', { 'question.difficulty': 0.95 })).toMatchObject({
      metadata: { rule: 'flood', action: 'throttle', throttle: 50 },
    });
  });

  test('asks for a targeting key only where it needs a unit', async () => {
    for (const body of [{}, { context: {} }, { context: { targetingKey: '' } }]) {
      const split = await rig.post(`${one}/shared`, body);
      expect([split.status, await split.json()]).toMatchObject([
        400,
        { key: 'shared', errorCode: 'TARGETING_KEY_MISSING' },
      ]);
      expect((await rig.post(`${one}/plain`, body)).status).toBe(200);
    }
  });

  test('that is not there is 404 FLAG_NOT_FOUND with its key, however odd', async () => {
    for (const key of [
      'nope',
      'a/b',
      'a%2Fb',
      'x'.repeat(200),
      'constructor',
      '__proto__',
      'caf%C3%A9',
      '',
    ]) {
      const response = await rig.post(`${one}/${key}`, u1);
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { key: decodeURIComponent(key), errorCode: 'FLAG_NOT_FOUND' },
      ]);
    }
  });

  test('takes an empty body as an empty context, as other servers do', async () => {
    const response = await rig.ask(`${one}/plain`, { method: 'POST' });
    expect([response.status, (await response.json()).value]).toEqual([200, true]);
    expect((await rig.post(`${one}/plain`, '')).status).toBe(200);
  });

  test.each([
    ['{"context":', 'PARSE_ERROR'],
    ['nonsense', 'PARSE_ERROR'],
    ['[]', 'PARSE_ERROR'],
    ['null', 'PARSE_ERROR'],
    ['7', 'PARSE_ERROR'],
    ['{"context":null}', 'INVALID_CONTEXT'],
    ['{"context":[]}', 'INVALID_CONTEXT'],
    ['{"context":"u1"}', 'INVALID_CONTEXT'],
    ['{"context":{"targetingKey":true}}', 'INVALID_CONTEXT'],
    ['{"context":{"targetingKey":{"a":1}}}', 'INVALID_CONTEXT'],
    [`{"context":${'{"a":'.repeat(100)}1${'}'.repeat(101)}`, 'INVALID_CONTEXT'],
  ])('with the body %s is 400 %s', async (body, errorCode) => {
    const response = await rig.post(`${one}/plain`, body);
    expect([response.status, await response.json()]).toMatchObject([400, { key: 'plain', errorCode }]);
    const bulk = await rig.post(one, body);
    const failure = await bulk.json();
    expect([bulk.status, failure]).toMatchObject([400, { errorCode }]);
    expect(failure).not.toHaveProperty('key');
  });

  test('refuses what is too large, and what is no JSON by its own word', async () => {
    const large = await rig.post(`${one}/plain`, {
      context: { targetingKey: 'u', pad: 'x'.repeat(1024 * 1024) },
    });
    expect([large.status, (await large.json()).code]).toEqual([413, 'BODY_TOO_LARGE']);
    const text = await rig.post(`${one}/plain`, '{}', { headers: { 'content-type': 'text/plain' } });
    expect(text.status).toBe(415);
  });

  test('of a context with __proto__, other types and unknown attributes has a defined answer', async () => {
    const body =
      '{"context":{"__proto__":{"user.tier":"L5"},"user.tier":7,"constructor":{"prototype":1},"x":[1,{"y":null}]}}';
    const response = await rig.post(`${one}/tiered`, body);
    expect([response.status, (await response.json()).variant]).toEqual([200, 'v1']);
  });

  test('of an unknown environment is 404', async () => {
    const response = await rig.post(`/p/judge/staging${one}/plain`, u1);
    expect([response.status, (await response.json()).errorDetails]).toEqual([
      404,
      'There is no environment /p/judge/staging.',
    ]);
    const bulk = await rig.post(`/p/judge/staging${one}`, u1);
    expect([bulk.status, (await bulk.json()).code]).toEqual([404, 'ENVIRONMENT_UNKNOWN']);
  });
});

describe('all flags', () => {
  test('are answered at once, failures among them, with a stream below the same base', async () => {
    const response = await rig.post(`/p/judge/production${one}`, {});
    const body = await response.json();
    expect(response.status).toBe(200);
    expect(
      body.flags.map((flag: { key: string; value?: unknown; errorCode?: string }) => [
        flag.key,
        flag.value ?? flag.errorCode,
      ]),
    ).toEqual([
      ['layout', { columns: 2, tags: ['x', 'y'] }],
      ['plain', true],
      ['shared', 'TARGETING_KEY_MISSING'],
      ['tiered', 'one'],
    ]);
    expect(body.metadata).toMatchObject({ environment: 'judge/production', revision: rig.revision });
    expect(body.eventStreams).toEqual([
      {
        type: 'sse',
        endpoint: { requestUri: '/p/judge/production/ofrep/v1/events' },
        inactivityDelaySec: 120,
      },
    ]);
    const bare = await (await rig.post(one, {})).json();
    expect(bare.eventStreams[0].endpoint.requestUri).toBe('/ofrep/v1/events');
    expect(bare.flags).toEqual(body.flags);
  });

  test('name no revision in their items, since clients compare items to find what changed', async () => {
    const { flags } = await (await rig.post(one, u1)).json();
    expect(flags).toHaveLength(4);
    for (const flag of flags) expect(flag.metadata).not.toHaveProperty('revision');
  });

  test('have a tag of this context and state, which answers 304 in any form clients send', async () => {
    const first = await rig.post(one, u1);
    const tag = first.headers.get('etag')!;
    const opaque = tag.slice(1, -1);
    expect(tag).toMatch(/^"[A-Za-z0-9_-]{22}"$/);
    for (const sent of [tag, opaque, `W/${tag}`, `"x", ${tag}`, `x,W/${tag}`]) {
      const again = await rig.post(one, u1, { headers: { 'if-none-match': sent } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    }
    const other = await rig.post(
      one,
      { context: { targetingKey: 'u2' } },
      { headers: { 'if-none-match': tag } },
    );
    expect(other.status).toBe(200);
    expect(other.headers.get('etag')).not.toBe(tag);
  });

  test('take the query of a refetch', async () => {
    const response = await rig.post(`${one}?flagConfigEtag=x&flagConfigLastModified=1771622898`, u1);
    expect(response.status).toBe(200);
  });
});

describe.skipIf(!existsSync(document))("OFREP's own document (skipped without ../shared/protocols)", () => {
  test('has the shape of every answer', async () => {
    const check = (schema: string, body: unknown): void => {
      const validate = ofrepSchema(schema);
      expect([validate(body), validate.errors]).toEqual([true, null]);
    };
    for (const key of ['plain', 'tiered', 'shared', 'layout']) {
      check('serverEvaluationSuccess', await (await rig.post(`${one}/${key}`, u1)).json());
    }
    check('evaluationFailure', await (await rig.post(`${one}/shared`, {})).json());
    check('evaluationFailure', await (await rig.post(`${one}/plain`, 'x')).json());
    check('flagNotFound', await (await rig.post(`${one}/nope`, u1)).json());
    check('bulkEvaluationFailure', await (await rig.post(one, 'x')).json());
    check('bulkEvaluationSuccess', await (await rig.post(one, u1)).json());
    check('bulkEvaluationSuccess', await (await rig.post(one, {})).json());
  });
});
