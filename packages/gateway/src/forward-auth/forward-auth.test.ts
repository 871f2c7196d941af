import { describe, expect, test } from 'vitest';
import { ask, createStage, engine } from '../stage.suite.ts';

const { gateway } = createStage();
const PORT = { host: '127.0.0.1', port: 0 } as const;

const VOCABULARY = {
  kind: 'Vocabulary',
  name: 'http',
  body: {
    attributes: {
      'request.path': { type: 'string' },
      'request.method': { type: 'string' },
      'request.host': { type: 'string' },
    },
  },
} as const;

/** The two engines, with a rule of its own before the share. */
function ruled(rule: object, share = 0) {
  const [flag, ...others] = engine('http://127.0.0.1:1', 'http://127.0.0.1:2', share);
  const body = flag!.body as { rules: unknown[] };
  return [{ ...flag!, body: { ...body, rules: [rule, ...body.rules] } as never }, ...others, VOCABULARY];
}

describe('forward-auth', () => {
  test('answers a decision in headers, with the cookie of a new unit', async () => {
    const it = await gateway(engine('http://127.0.0.1:1', 'http://127.0.0.1:2', 1), { forwardAuth: PORT });
    const answer = await ask(it.forwardAuthUrl!, '/forward-auth');
    expect(answer).toMatchObject({
      status: 200,
      body: '',
      headers: { 'ombre-variant': 'v2', 'ombre-upstream': 'engine-v2', 'ombre-revision': '1' },
    });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^ombre_unit=[\w-]{36}; /);
    const again = await ask(it.forwardAuthUrl!, '/auth-request', {
      headers: { cookie: cookie.split(';')[0]! },
    });
    expect([again.status, again.headers['set-cookie']]).toEqual([200, undefined]);
  });

  test('decides by the original request, as each gateway tells it', async () => {
    const rule = {
      id: 'beta',
      when: 'request.path == "/beta" && request.method == "PUT" && request.host == "shop.example"',
      serve: { variant: 'v2' },
    };
    const it = await gateway(ruled(rule), { forwardAuth: PORT });
    const variant = async (path: string, options: Parameters<typeof ask>[2]) =>
      (await ask(it.forwardAuthUrl!, path, options)).headers['ombre-variant'];
    const host = { 'x-forwarded-host': 'shop.example' };
    expect(
      await variant('/auth-request', {
        headers: { ...host, 'x-original-uri': '/beta?x=1', 'x-original-method': 'PUT' },
      }),
    ).toBe('v2');
    expect(
      await variant('/forward-auth', {
        headers: { ...host, 'x-forwarded-uri': '/beta', 'x-forwarded-method': 'PUT' },
      }),
    ).toBe('v2');
    expect(await variant('/ext-authz/beta', { method: 'PUT', headers: { host: 'shop.example' } })).toBe('v2');
    expect(await variant('/ext-authz/beta', { headers: { host: 'shop.example' } })).toBe('v1');
  });

  test('says no in the words the asker knows', async () => {
    const it = await gateway(ruled({ id: 'no', action: { deny: true }, serve: { variant: 'v1' } }), {
      forwardAuth: PORT,
    });
    const denied = await ask(it.forwardAuthUrl!, '/forward-auth');
    expect([denied.status, denied.headers['ombre-refusal']]).toEqual([403, 'DENIED']);
    expect((await ask(it.forwardAuthUrl!, '/other')).status).toBe(404);
    await it.publish(ruled({ id: 'few', action: { throttle: 0.001 }, serve: { variant: 'v1' } }));
    await ask(it.forwardAuthUrl!, '/forward-auth');
    const slowed = await ask(it.forwardAuthUrl!, '/forward-auth');
    expect([slowed.status, slowed.headers['ombre-refusal']]).toEqual([429, 'THROTTLED']);
    expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(it.forwardAuthUrl!, '/auth-request')).status).toBe(403);
  });

  test('counts nothing: whoever proxies knows how it went', async () => {
    const it = await gateway(engine('http://127.0.0.1:1', 'http://127.0.0.1:2'), { forwardAuth: PORT });
    await ask(it.forwardAuthUrl!, '/forward-auth');
    expect(it.metrics()).not.toContain('ombre_gateway_requests_total{');
  });

  test('stays an error where nothing can be decided, so that the asker may go on without', async () => {
    const it = await gateway([], { forwardAuth: PORT });
    expect((await ask(it.forwardAuthUrl!, '/auth-request')).status).toBe(503);
  });
});
