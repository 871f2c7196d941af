import { afterEach, describe, expect, test } from 'vitest';
import { context, local, never } from '../context.suite.ts';
import { createAllowList } from '../egress/allow-list.ts';
import { createCall } from '../egress/call.ts';
import { type Reply, startService } from '../http-service.suite.ts';
import { operatorSecrets, resourceSecrets } from '../secrets.ts';
import { createSaga } from './saga.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const environment = {
  OMBRE_SECRET_TOKEN: 'Bearer hidden',
  DATABASE_URL: 'postgres://hidden',
  KEY: 'signing',
};

async function play(
  reply: () => Reply | undefined,
  { request = {}, call = local, signing = undefined as string | undefined } = {},
) {
  const service = await startService(reply);
  closing.push(service.close);
  const saga = createSaga({
    call,
    now: () => 1_795_262_400_000,
    declared: resourceSecrets(environment, '/nowhere'),
    secrets: operatorSecrets(environment),
    signing,
  });
  const effect = {
    kind: 'saga',
    key: 'saga/17',
    call: {
      key: '1/tenth/pool/undo',
      transaction: '1/tenth/pool',
      step: 'pool',
      action: 'undo',
      tries: 2,
      request: { url: `${service.url}/pool?x=1`, ...request },
    },
  } as const;
  const key = 'judge/production/submit-v2/40/saga/17';
  return { performed: await saga.perform(key, effect, never, context), heard: service.heard };
}

describe('a call to a participant', () => {
  test('names its transaction and the key that all its tries share', async () => {
    const { performed, heard } = await play(() => ({ status: 200 }));
    expect(performed).toEqual({ result: 'done' });
    const [{ method, url, headers, body }] = heard as [(typeof heard)[number]];
    expect([method, url]).toEqual(['POST', '/pool?x=1']);
    expect(headers).toMatchObject({
      'idempotency-key': 'judge/production/submit-v2/40/1/tenth/pool/undo',
      'ombre-transaction': 'judge/production/submit-v2/40/1/tenth/pool',
      'ombre-action': 'undo',
    });
    expect(JSON.parse(body)).toMatchObject({
      release: 'submit-v2',
      step: 'pool',
      action: 'undo',
      attempt: 1,
    });
  });

  test('is sent as it was declared, with secrets in place of their references', async () => {
    const { heard } = await play(() => ({ status: 200 }), {
      request: { method: 'PUT', headers: { Authorization: 'env:OMBRE_SECRET_TOKEN' }, body: { size: 3 } },
      signing: 'env:KEY',
    });
    expect(heard[0]).toMatchObject({
      method: 'PUT',
      body: '{"size":3}',
      headers: { authorization: 'Bearer hidden' },
    });
    expect(heard[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  });

  test('sends away nothing else the server can read', async () => {
    for (const reference of ['env:DATABASE_URL', 'file:/etc/passwd', 'file:../write-token']) {
      const { performed, heard } = await play(() => ({ status: 200 }), {
        request: { headers: { x: reference } },
      });
      expect([performed.result, heard]).toEqual(['unknown', []]);
    }
  });

  test.each([
    [201, 'done'],
    [422, 'failed'],
    [404, 'failed'],
    [301, 'failed'],
    [409, 'unknown'],
    [429, 'unknown'],
    [500, 'unknown'],
  ])('takes %i for %s', async (status, result) => {
    expect((await play(() => ({ status }))).performed.result).toBe(result);
  });

  test('knows nothing when it got no answer, or may not be made', async () => {
    const quick = { request: { timeout: '100ms' } };
    expect((await play(() => undefined, quick)).performed.result).toBe('unknown');
    const call = createCall(createAllowList({ hosts: [], loopback: false }));
    expect((await play(() => ({ status: 200 }), { call })).performed).toEqual({
      result: 'unknown',
      detail: expect.stringContaining('--egress 127.0.0.1'),
    });
  });
});
