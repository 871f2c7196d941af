import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ombre/carry';
import { describe, expect, test } from 'vitest';
import { BREAKER_DEFAULTS } from './breaker/breaker.ts';
import { ask, createStage, engine, until, upstream } from './stage.suite.ts';

const { serve, gateway } = createStage();

/** A server that says which it is and what it was asked. */
function named(name: string) {
  return serve((request, response) => {
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
    });
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ name, path: request.url, method: request.method, headers: request.headers, size }),
      );
    });
  });
}

async function pair(share?: number) {
  const [one, two] = await Promise.all([named('one'), named('two')]);
  return { one, two, entries: engine(one.url, two.url, share) };
}

describe('the gateway', () => {
  test('answers 503 until a snapshot has come, then decides by it', async () => {
    const { entries } = await pair(0);
    const it = await gateway([], { admin: { host: '127.0.0.1', port: 0 } });
    const early = await ask(it.url);
    expect([early.status, early.headers['retry-after']]).toEqual([503, '1']);
    expect((await ask(it.adminUrl!, '/readyz')).status).toBe(503);
    await it.publish(entries);
    expect(JSON.parse((await ask(it.url, '/a?b=c')).body)).toMatchObject({ name: 'one', path: '/a?b=c' });
    expect((await ask(it.adminUrl!, '/readyz')).status).toBe(200);
    expect(JSON.parse((await ask(it.adminUrl!, '/routes')).body)).toMatchObject([
      { variant: 'v1', upstream: 'engine-v1' },
      { variant: 'v2', upstream: 'engine-v2' },
    ]);
  });

  test('gives an anonymous client a unit in a cookie that names no variant, and keeps it there', async () => {
    const { entries } = await pair();
    const it = await gateway(entries);
    const first = await ask(it.url);
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^ombre_unit=[\w-]{36}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toMatch(/v1|v2|one|two/);
    const unit = cookie.split(';')[0]!;
    const { name } = JSON.parse(first.body) as { name: string };
    for (let round = 0; round < 5; round++) {
      const again = await ask(it.url, '/', { headers: { cookie: unit } });
      expect(again.headers['set-cookie']).toBeUndefined();
      expect(JSON.parse(again.body)).toMatchObject({ name });
    }
  });

  test('moves sticky clients back when the share goes back', async () => {
    const { one, two, entries } = await pair(1);
    const it = await gateway(entries);
    const first = await ask(it.url);
    expect(JSON.parse(first.body)).toMatchObject({ name: 'two' });
    const headers = { cookie: first.headers['set-cookie']![0]!.split(';')[0]! };
    await it.publish(engine(one.url, two.url, 0));
    expect(JSON.parse((await ask(it.url, '/', { headers })).body)).toMatchObject({ name: 'one' });
  });

  test('splits units as the flag says, the same unit always the same way', async () => {
    const { entries } = await pair(0.3);
    const it = await gateway(entries, { units: ['header:x-user'] });
    const names: string[] = [];
    for (let user = 0; user < 400; user++) {
      const { body } = await ask(it.url, '/', { headers: { 'x-user': `u${user}` } });
      names.push((JSON.parse(body) as { name: string }).name);
    }
    const part = names.filter((name) => name === 'two').length / names.length;
    // Three standard errors of 400 draws at 0.3.
    expect(Math.abs(part - 0.3)).toBeLessThan(0.07);
  });

  test('tells the upstream who asked, on which trace and by which decision', async () => {
    const { entries } = await pair(0);
    const it = await gateway(entries);
    const forged = {
      'x-forwarded-for': '6.6.6.6',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      'x-forwarded-proto': 'https',
      'ombre-variant': 'v2',
      connection: 'x-secret, close',
      'x-secret': 'hop',
      'keep-alive': 'timeout=1',
      te: 'trailers',
      host: 'shop.example',
    };
    const { headers } = JSON.parse((await ask(it.url, '/', { headers: forged })).body) as {
      headers: Record<string, string>;
    };
    expect(headers).toMatchObject({
      host: 'shop.example',
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.example',
      'ombre-variant': 'v1',
      'ombre-revision': '1',
    });
    for (const gone of ['forwarded', 'x-secret', 'te', 'keep-alive']) expect(headers[gone]).toBeUndefined();
    expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test('hands a trace on as it came, and believes a trusted proxy about the client', async () => {
    const { entries } = await pair(0);
    const it = await gateway(entries, { trusted: ['127.0.0.0/8', '10.0.0.0/8'] });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
    const sent = {
      traceparent,
      tracestate: 'congo=t61',
      'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.1.1.1',
      'x-forwarded-proto': 'https',
    };
    const seen = await ask(it.url, '/', { headers: sent });
    expect((JSON.parse(seen.body) as { headers: unknown }).headers).toMatchObject({
      traceparent,
      tracestate: 'congo=t61',
      'x-real-ip': '203.0.113.9',
      'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.1.1.1, 127.0.0.1',
      'x-forwarded-proto': 'https',
    });
    expect(seen.headers['set-cookie']![0]).toContain('; Secure');
  });

  test('denies, throttles and degrades where a rule says so', async () => {
    const [one, two, spare] = await Promise.all([named('one'), named('two'), named('spare')]);
    const entries = engine(one.url, two.url, 0, [upstream('spare', [spare.url])]).map((entry) =>
      entry.kind === 'Flag'
        ? {
            ...entry,
            body: {
              ...(entry.body as object),
              rules: [
                {
                  id: 'no',
                  when: 'request.path == "/admin"',
                  action: { deny: true },
                  serve: { variant: 'v1' },
                },
                {
                  id: 'flood',
                  when: 'request.method == "POST"',
                  action: { throttle: 2 },
                  serve: { variant: 'v2' },
                },
                {
                  id: 'spare',
                  when: '"beta" in request.cookie && request.size == 0',
                  action: { degrade: 'spare' },
                  serve: { variant: 'v1' },
                },
              ],
            },
          }
        : entry,
    );
    const vocabulary = {
      kind: 'Vocabulary' as const,
      name: 'http',
      body: {
        attributes: {
          'request.method': { type: 'string' },
          'request.path': { type: 'string' },
          'request.cookie': { type: 'map(string, string)' },
          'request.size': { type: 'int' },
        },
      },
    };
    const it = await gateway([...entries, vocabulary], { units: ['header:x-user'] });
    const denied = await ask(it.url, '/x/..%2f/../%61dmin?x');
    expect(denied.status).toBe(200);
    expect((await ask(it.url, '/x/../%61dmin?x')).status).toBe(403);
    const posts = [];
    for (let round = 0; round < 4; round++) posts.push(await ask(it.url, '/', { method: 'POST' }));
    const [first, , , last] = posts;
    expect(JSON.parse(first!.body)).toMatchObject({ name: 'two' });
    expect([last!.status, last!.headers['retry-after']]).toEqual([429, '1']);
    const degraded = await ask(it.url, '/', { headers: { cookie: 'a=b; beta=1' } });
    expect(JSON.parse(degraded.body)).toMatchObject({ name: 'spare' });
    expect(JSON.parse((await ask(it.url, '/')).body)).toMatchObject({ name: 'one' });
  });

  test('refuses what no upstream is named after', async () => {
    const it = await gateway(engine('http://127.0.0.1:1', 'http://127.0.0.1:1').slice(0, 1));
    const answer = await ask(it.url);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([503, { error: { code: 'NO_UPSTREAM' } }]);
    expect(it.routes().map((route) => route.upstream)).toEqual([null, null]);
  });

  test('drops no request in 100 changes of weights under load, and follows the weights', async () => {
    const [one, two] = await Promise.all([named('one'), named('two')]);
    const weighted = (a: number, b: number) => [
      ...engine(one.url, two.url, 0).slice(0, 1),
      upstream('engine-v1', [
        { url: one.url, weight: a },
        { url: two.url, weight: b },
      ]),
      upstream('engine-v2', [two.url]),
    ];
    const it = await gateway(weighted(1, 1));
    let going = true;
    const statuses: number[] = [];
    const load = Array.from({ length: 8 }, async () => {
      while (going) statuses.push((await ask(it.url, '/', { method: 'POST', body: 'x' })).status);
    });
    for (let change = 1; change <= 100; change++) {
      await it.publish(weighted(change % 4, 1 + (change % 3)));
      // Requests fall between any two changes, however slow the machine is.
      const answered = statuses.length;
      await until(() => statuses.length > answered);
    }
    going = false;
    await Promise.all(load);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);

    await it.publish(weighted(1, 3));
    const names: string[] = [];
    for (let round = 0; round < 40; round++) {
      names.push((JSON.parse((await ask(it.url)).body) as { name: string }).name);
    }
    expect(names.filter((name) => name === 'two')).toHaveLength(30);
  });

  test('passes over an endpoint that cannot be reached, with the body of a POST too', async () => {
    const one = await named('one');
    const dead = await named('dead');
    dead.server.close();
    dead.server.closeAllConnections();
    const it = await gateway([
      ...engine(one.url, one.url, 0).slice(0, 1),
      upstream('engine-v1', [dead.url, one.url]),
      upstream('engine-v2', [dead.url]),
    ]);
    for (let round = 0; round < 4; round++) {
      const answer = await ask(it.url, '/', { method: 'POST', body: 'x'.repeat(100_000) });
      expect(JSON.parse(answer.body)).toMatchObject({ name: 'one', size: 100_000 });
    }
  });

  test('counts what happened, by outcome, with the status and the breaker in its metrics', async () => {
    const good = await named('one');
    const bad = await serve((_, response) => {
      response.statusCode = 500;
      response.end('no');
    });
    const it = await gateway(engine(good.url, bad.url, 1), {
      breaker: { window: { calls: 10 }, minimumCalls: 10, wait: 60_000 },
    });
    const statuses = [];
    for (let round = 0; round < 12; round++) statuses.push((await ask(it.url)).status);
    expect(statuses).toEqual([...Array(10).fill(500), 503, 503]);
    const metrics = it.metrics();
    const labels = 'flag="engine",rule="part",release="",level="",arm="none",epoch="",variant="v2"';
    expect(metrics).toContain(`ombre_gateway_requests_total{${labels}} 12`);
    expect(metrics).toContain(`ombre_gateway_failures_total{${labels}} 12`);
    expect(metrics).toContain(`ombre_gateway_not_permitted_total{${labels}} 2`);
    expect(metrics).toContain(`ombre_gateway_open_requests{${labels}} 0`);
    expect(metrics).toContain('ombre_gateway_breaker_open{upstream="engine-v2"} 1');
    expect(metrics).toContain(`_count{${labels},upstream="engine-v2"} 12`);
  });

  test('neither times a request nor breaks a circuit by an hour in which it stood still, and tells of the hour', async () => {
    let ahead = 0;
    const prompt = await serve((_, response) => {
      ahead += 3_600_000;
      response.end('so');
    });
    const clock = { ...systemClock, monotonic: () => performance.now() + ahead };
    const breaker = { ...BREAKER_DEFAULTS, minimumCalls: 1 };
    const it = await gateway(engine(prompt.url, prompt.url, 0), { breaker }, clock);
    expect((await ask(it.url)).status).toBe(200);
    const metrics = it.metrics();
    const reading = (name: string): number =>
      Number(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, 'm').exec(metrics)?.[1]);
    expect(reading('ombre_gateway_stalled_seconds_total')).toBeGreaterThan(3_599);
    expect(reading('ombre_gateway_request_duration_seconds_sum')).toBeLessThan(3_599);
    expect(reading('ombre_gateway_request_duration_seconds_count')).toBe(1);
    expect(metrics).toContain('ombre_gateway_breaker_open{upstream="engine-v1"} 0\n');
  });

  test('lets the fallback answer while the circuit is open, and still counts the variant as failed', async () => {
    const bad = await serve((_, response) => {
      response.statusCode = 502;
      response.end();
    });
    const spare = await named('spare');
    const it = await gateway(
      [
        ...engine(bad.url, bad.url, 0).slice(0, 1),
        upstream('engine-v1', [bad.url], { fallback: 'spare' }),
        upstream('engine-v2', [bad.url]),
        upstream('spare', [spare.url]),
      ],
      { breaker: { window: { calls: 5 }, minimumCalls: 5, wait: 60_000 } },
    );
    for (let round = 0; round < 5; round++) expect((await ask(it.url)).status).toBe(502);
    expect(JSON.parse((await ask(it.url)).body)).toMatchObject({ name: 'spare' });
    expect(it.metrics()).toMatch(/failures_total\{[^}]*variant="v1"\} 6/);
    expect(it.metrics()).toMatch(/not_permitted_total\{[^}]*variant="v1"\} 1/);
  });

  test('ends what is under way before it stops, and takes nothing new', async () => {
    let begun: ServerResponse | undefined;
    const slow = await serve((_, response) => {
      response.write('begun ');
      begun = response;
    });
    const it = await gateway(engine(slow.url, slow.url));
    const pending = ask(it.url);
    const response = await until(() => begun);
    const closed = it.close();
    await expect(ask(it.url)).rejects.toThrow('ECONNREFUSED');
    response.end('and ended');
    expect((await pending).body).toBe('begun and ended');
    await closed;
  });

  test('goes on with what it kept on disk while the source is away', async () => {
    const { one, entries } = await pair(0);
    const stateDir = mkdtempSync(join(tmpdir(), 'ombre-gateway-'));
    try {
      const first = await gateway(entries);
      const { source } = first;
      const second = await gateway([], { receiver: { source, stateDir } });
      await until(() => second.receiver.snapshot !== undefined);
      await second.close();
      source.fail();
      const third = await gateway([], { receiver: { source, stateDir } });
      await until(() => third.receiver.snapshot !== undefined);
      expect(JSON.parse((await ask(third.url)).body)).toMatchObject({ name: 'one' });
      expect(third.routes()[0]?.endpoints[0]?.url).toBe(`${one.url}/`);
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
