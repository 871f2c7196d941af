import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { context, local, never } from '../context.suite.ts';
import type { EffectOf } from '../effect.ts';
import { type Reply, startService } from '../http-service.suite.ts';
import { operatorSecrets } from '../secrets.ts';
import { signatureHeaders } from '../signature.ts';
import { createNotify } from './notify.ts';
import { templateFor, type Webhook } from './webhook.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const NOW = 1_795_262_400_123;
const alarm: EffectOf<'notify'> = {
  kind: 'notify',
  key: 'notify/3',
  topic: 'rolling-back',
  alert: true,
  text: 'Goes back: <@everyone> 12 % of requests failed & more',
};

async function play(
  webhook: Omit<Webhook, 'url'>,
  reply: (count: number) => Reply | undefined,
  effect = alarm,
) {
  const service = await startService((_, count) => reply(count));
  closing.push(service.close);
  const paused: number[] = [];
  const notify = createNotify({
    webhooks: [{ url: `${service.url}/hook?token=hidden`, ...webhook }],
    call: local,
    secrets: operatorSecrets({ KEY: 'this is secret' }),
    now: () => NOW,
    chance: () => 0.5,
    pause: async (ms) => paused.push(ms),
  });
  const performed = await notify.perform('judge/production/submit-v2/notify/3', effect, never, context);
  return { performed, paused, heard: service.heard };
}

describe('a notification', () => {
  test('is signed over id, time and body, as its receiver can check in ten lines', async () => {
    const { performed, heard } = await play({ secret: 'env:KEY' }, () => ({ status: 204 }));
    expect(performed).toEqual({ result: 'done' });
    const [{ headers, body, method }] = heard as [(typeof heard)[number]];
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', 'this is secret').update(signed).digest('base64');
    expect([method, headers['webhook-signature']]).toEqual(['POST', `v1,${expected}`]);
    expect([headers['idempotency-key'], headers['webhook-id']]).toEqual(
      Array(2).fill('judge/production/submit-v2/notify/3'),
    );
    expect(JSON.parse(body)).toEqual({
      type: 'release.rolling-back',
      timestamp: '2026-11-21T12:00:00.123Z',
      data: {
        environment: 'judge/production',
        release: 'submit-v2',
        flag: 'submit-service',
        from: 'v1',
        to: 'v2',
        topic: 'rolling-back',
        alert: true,
        text: alarm.text,
        phase: 'pending',
      },
    });
  });

  test('carries the signature of the published example of Standard Webhooks', () => {
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    const body = '{"test": 2432232314}';
    expect(
      signatureHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { id, now: 1_614_265_330_000, body }),
    ).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('comes again with the same key while the receiver is busy or broken, each pause twice as long', async () => {
    const { performed, paused, heard } = await play({}, (count) => ({ status: count < 4 ? 503 : 200 }));
    expect(performed.result).toBe('done');
    expect(paused).toEqual([1_500, 2_500, 4_500]);
    expect(new Set(heard.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(new Set(heard.map(({ body }) => body)).size).toBe(1);
  });

  test('waits as long as a busy receiver asks', async () => {
    const { paused } = await play({}, (count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '7' } } : { status: 200 },
    );
    expect(paused).toEqual([7_000]);
  });

  test('is given up after six tries, and at once where it is refused', async () => {
    const dead = await play({}, () => ({ status: 500 }));
    expect(dead.performed).toEqual({
      result: 'unknown',
      detail: expect.stringMatching(/^127\.0\.0\.1:\d+ answered status 500; tried 6 times$/),
    });
    expect(dead.heard.length).toBe(6);
    const refused = await play({}, () => ({ status: 404 }));
    expect([refused.performed.result, refused.heard.length]).toEqual(['failed', 1]);
    expect(JSON.stringify([dead.performed, refused.performed])).not.toContain('hidden');
  });

  test('tells each webhook by itself, and only what it wants to hear', async () => {
    const calm = { ...alarm, alert: false, topic: 'level' as const };
    expect((await play({ alertsOnly: true }, () => ({ status: 200 }), calm)).heard).toEqual([]);
    expect((await play({ topics: ['landed'] }, () => ({ status: 200 }))).heard).toEqual([]);
    expect((await play({ topics: ['rolling-back'] }, () => ({ status: 200 }))).heard.length).toBe(1);
  });

  test('fails without leaving when its secret is not there', async () => {
    const { performed, heard } = await play({ secret: 'env:NOT_SET' }, () => ({ status: 200 }));
    expect([performed, heard]).toEqual([{ result: 'failed', detail: 'env:NOT_SET is not set' }, []]);
  });
});

describe('a webhook that is dead', () => {
  test('keeps neither this message nor the next from the others, and hears in order when it is back', async () => {
    let back = (): void => {};
    const repaired = new Promise<void>((repair) => {
      back = repair;
    });
    let dead = true;
    const broken = await startService(() => ({ status: dead ? 503 : 200 }));
    const whole = await startService(() => ({ status: 200 }));
    closing.push(broken.close, whole.close);
    const notify = createNotify({
      webhooks: [{ url: broken.url }, { url: whole.url }],
      call: local,
      secrets: operatorSecrets({}),
      now: () => NOW,
      chance: () => 0,
      pause: () => repaired,
    });
    const told = ['rolling-back', 'rolled-back'].map((text) =>
      notify.perform(text, { ...alarm, text }, never, context),
    );
    await vi.waitFor(() => expect(whole.heard.length).toBe(2));
    expect(broken.heard.length).toBe(1);
    dead = false;
    back();
    expect(await Promise.all(told)).toEqual([{ result: 'done' }, { result: 'done' }]);
    const texts = (heard: typeof whole.heard) =>
      heard.map(({ body }) => (JSON.parse(body) as { data: { text: string } }).data.text);
    expect(texts(whole.heard)).toEqual(['rolling-back', 'rolled-back']);
    expect(texts(broken.heard)).toEqual(['rolling-back', 'rolling-back', 'rolled-back']);
  });

  test('is named among those that were told', async () => {
    const broken = await startService(() => ({ status: 404 }));
    const whole = await startService(() => ({ status: 200 }));
    closing.push(broken.close, whole.close);
    const webhooks = [{ url: whole.url }, { url: broken.url }];
    const parts = { call: local, secrets: operatorSecrets({}), now: () => NOW, chance: () => 0 };
    const performed = await createNotify({ ...parts, webhooks }).perform('3', alarm, never, context);
    const { host } = new URL(broken.url);
    expect(performed).toEqual({
      result: 'failed',
      detail: `1 of 2 webhooks: ${host} answered status 404`,
    });
  });
});

// Signatures computed by the sample programs of the two documentations, in Python.
describe('the templates', () => {
  test('give Slack its text, with nothing left of its mark-up', async () => {
    const { heard } = await play({ template: 'slack' }, () => ({ status: 200, body: 'ok' }));
    const text = JSON.parse(heard[0]!.body).text as string;
    expect(text).toContain('[ALERT] submit-v2 (judge/production; submit-service: v1 → v2): Goes back');
    expect(text).toContain('&lt;@everyone&gt; 12 % of requests failed &amp; more');
  });

  test('sign for DingTalk in the address', async () => {
    const done = () => ({ status: 200, body: '{"errcode":0,"errmsg":"ok"}' });
    const { heard, performed } = await play({ template: 'dingtalk', secret: 'env:KEY' }, done);
    const { searchParams } = new URL(heard[0]!.url, 'http://x');
    expect(Object.fromEntries(searchParams)).toEqual({
      token: 'hidden',
      timestamp: '1795262400123',
      sign: 'IxeJQOK52tLDuDNTTZtbC3PUG6ZbJH05w1pY8I+oqRg=',
    });
    expect(JSON.parse(heard[0]!.body)).toMatchObject({
      msgtype: 'text',
      text: { content: expect.any(String) },
    });
    expect(performed).toEqual({ result: 'done' });
  });

  test('sign for Feishu in the body', async () => {
    const { heard } = await play({ template: 'feishu', secret: 'env:KEY' }, () => ({
      status: 200,
      body: '{"code":0}',
    }));
    const body = JSON.parse(heard[0]!.body) as Record<string, unknown>;
    expect(body).toMatchObject({
      timestamp: '1795262400',
      sign: 'X5VBrMM5AVUykYGU7gBJyPsCd9MbO67s6D+62tlpxZs=',
      msg_type: 'text',
    });
    expect(JSON.stringify(body)).not.toContain('<');
  });

  test('say which command a person is waited for', async () => {
    const waiting: EffectOf<'notify'> = {
      ...alarm,
      topic: 'waiting',
      text: 'Waits for a person to approve level group.',
      command: 'approve',
    };
    for (const template of ['slack', 'dingtalk', 'feishu'] as const) {
      const { heard } = await play({ template }, () => ({ status: 200, body: '{}' }), waiting);
      expect(heard[0]?.body).toContain(
        'to approve level group. ombre release approve submit-v2 --env judge/production"',
      );
    }
  });

  test('know a refusal that comes with status 200', async () => {
    for (const [template, body] of [
      ['dingtalk', '{"errcode":310000,"errmsg":"sign not match"}'],
      ['feishu', '{"code":19021,"msg":"sign match fail"}'],
      ['dingtalk', 'not JSON'],
    ] as const) {
      const { performed, heard } = await play({ template }, () => ({ status: 200, body }));
      expect([performed.result, heard.length]).toEqual(['failed', 1]);
    }
  });

  test('try again where a chat had too many messages at once, whatever its status', async () => {
    for (const [template, status, body] of [
      ['dingtalk', 200, '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}'],
      ['feishu', 400, '{"code":9499,"msg":"too many request"}'],
    ] as const) {
      const { performed, heard } = await play({ template }, (count) =>
        count === 1 ? { status, body } : { status: 200, body: '{"errcode":0,"code":0}' },
      );
      expect([performed.result, heard.length]).toEqual(['done', 2]);
    }
  });

  test('are chosen by the host', () => {
    const hosts = [
      'hooks.slack.com',
      'oapi.dingtalk.com',
      'open.feishu.cn',
      'open.larksuite.com',
      'a.example',
    ];
    expect(hosts.map(templateFor)).toEqual(['slack', 'dingtalk', 'feishu', 'feishu', 'generic']);
  });
});
