import { afterEach, describe, expect, test } from 'vitest';
import type { MetricAnswer } from '../metric-provider/metric-provider.ts';
import { context, local, never } from './context.suite.ts';
import { createAllowList } from './egress/allow-list.ts';
import { createCall } from './egress/call.ts';
import { createGate } from './gate.ts';
import { type Reply, startService } from './http-service.suite.ts';
import { createProbe } from './probe.ts';
import { operatorSecrets } from './secrets.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const service = async (reply: () => Reply | undefined) => {
  const started = await startService(reply);
  closing.push(started.close);
  return started;
};

const secrets = operatorSecrets({ KEY: 'secret' });
const now = () => 1_795_262_400_000;

describe('a gate', () => {
  async function ask(
    reply: () => Reply | undefined,
    { signing = undefined as string | undefined, timeout = 5_000 } = {},
  ) {
    const { url, heard } = await service(reply);
    const gate = createGate({ call: local, now, signing, secrets });
    const effect = { kind: 'gate', key: 'gate/2', url, timeout, level: 'tenth' } as const;
    return { performed: await gate.perform('k', effect, never, context), heard };
  }

  test.each([
    [200, 'done'],
    [204, 'done'],
    [202, 'unknown'],
    [409, 'unknown'],
    [423, 'unknown'],
    [425, 'unknown'],
    [429, 'unknown'],
    [503, 'unknown'],
    [403, 'failed'],
    [404, 'failed'],
    [302, 'failed'],
  ])('takes %i for %s', async (status, result) => {
    expect((await ask(() => ({ status }))).performed.result).toBe(result);
  });

  test('says what the service said, in one printable line', async () => {
    const { performed } = await ask(() => ({ status: 423, body: 'change freeze\n\u001b[31muntil Monday' }));
    expect(performed.detail).toBe('not yet (423): change freeze [31muntil Monday');
  });

  test('does not take silence for an answer', async () => {
    expect((await ask(() => undefined, { timeout: 100 })).performed).toEqual({
      result: 'unknown',
      detail: expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer within 100 ms$/),
    });
  });

  test('is told which level of which release, and by whom where there is a key to sign with', async () => {
    const { heard } = await ask(() => ({ status: 200 }), { signing: 'env:KEY' });
    const [{ body, headers }] = heard as [(typeof heard)[number]];
    expect(JSON.parse(body)).toEqual({
      environment: 'judge/production',
      release: 'submit-v2',
      flag: 'submit-service',
      from: 'v1',
      to: 'v2',
      level: 'tenth',
      attempt: 1,
    });
    expect(headers['webhook-signature']).toMatch(/^v1,/);
    expect((await ask(() => ({ status: 200 }), { signing: 'env:GONE' })).performed.result).toBe('unknown');
  });
});

describe('a probe', () => {
  const http = async (reply: () => Reply | undefined, status?: number, timeout = '5s') => {
    const { url } = await service(reply);
    const probe = { http: { url, timeout, ...(status && { status }) } };
    return createProbe({ call: local, now }).perform(
      'k',
      { kind: 'probe', key: 'probe/1', probe },
      never,
      context,
    );
  };

  test('passes with the status that is asked for, in time', async () => {
    expect(await http(() => ({ status: 204 }))).toEqual({ result: 'done' });
    expect(await http(() => ({ status: 418 }), 418)).toEqual({ result: 'done' });
    expect((await http(() => ({ status: 200 }), 418)).result).toBe('failed');
    expect((await http(() => ({ status: 500 }))).detail).toMatch(/answered 500, not 2xx/);
    expect((await http(() => undefined, 200, '100ms')).result).toBe('failed');
  });

  test('passes when the answer came while this very process stood still past the time to wait for it', async () => {
    const held = new Int32Array(new SharedArrayBuffer(4));
    const prompt = () => {
      Atomics.wait(held, 0, 0, 800);
      return { status: 200 };
    };
    expect(await http(prompt, 200, '500ms')).toEqual({ result: 'done' });
  });

  test('fails where nobody listens, and is unknown where this side may not ask', async () => {
    const { url, close } = await startService(() => undefined);
    await close();
    const effect = { kind: 'probe', key: 'probe/1', probe: { http: { url } } } as const;
    expect((await createProbe({ call: local, now }).perform('k', effect, never, context)).result).toBe(
      'failed',
    );
    const call = createCall(createAllowList({ hosts: [], loopback: false }));
    expect(await createProbe({ call, now }).perform('k', effect, never, context)).toEqual({
      result: 'unknown',
      detail: expect.stringContaining('--egress 127.0.0.1'),
    });
  });

  test('asks the metrics, and takes the worst series', async () => {
    const metric = (answer?: MetricAnswer) => {
      const metrics = answer && { query: async () => answer };
      const probe = { metric: { query: 'failed_transactions', max: 0.02 } };
      return createProbe({ call: local, now, metrics }).perform(
        'k',
        { kind: 'probe', key: 'p', probe },
        never,
        context,
      );
    };
    const sample = (value: number) => ({ labels: {}, value, at: now() });
    expect(await metric({ result: 'samples', samples: [sample(0.01), sample(0.02)] })).toEqual({
      result: 'done',
    });
    expect(await metric({ result: 'samples', samples: [sample(0.01), sample(0.03)] })).toEqual({
      result: 'failed',
      detail: 'failed_transactions is 0.03, above 0.02',
    });
    expect(await metric({ result: 'unknown', why: 'no series' })).toEqual({
      result: 'unknown',
      detail: 'no series',
    });
    expect((await metric()).result).toBe('unknown');
  });
});
