import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { context, never } from './context.suite.ts';
import { startService } from './http-service.suite.ts';
import { openEffects } from './open-effects.ts';

let dataDirectory: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'ombre-effects-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(dataDirectory, { recursive: true });
});

const open = (options: Partial<Parameters<typeof openEffects>[0]> = {}) =>
  openEffects({ dataDirectory, loopback: false, environment: {}, now: () => 1_795_262_400_000, ...options });
const write = (value: unknown) =>
  writeFileSync(join(dataDirectory, 'notifications.json'), JSON.stringify(value));
const service = async () => {
  const started = await startService(() => ({ status: 200 }));
  closing.push(started.close);
  return started;
};

const message = { kind: 'notify', key: 'notify/1', topic: 'landed', alert: false, text: 'Landed.' } as const;
const tell = (effects: ReturnType<typeof openEffects>) =>
  effects.notify.perform('k/notify/1', message, never, context);
const gate = (url: string) => ({ kind: 'gate', key: 'gate/1', url, timeout: 5_000, level: 'tenth' }) as const;

describe('the effects of a server', () => {
  test('tell nobody where nobody is named', async () => {
    expect(await tell(open())).toEqual({ result: 'done' });
  });

  test('tell the webhook of an option, and those of the file, without their hosts being listed again', async () => {
    const [one, other] = [await service(), await service()];
    write({ webhooks: [{ url: 'env:HOOK', template: 'slack' }] });
    const effects = open({ notify: one.url, environment: { HOOK: other.url } });
    expect(await tell(effects)).toEqual({ result: 'done' });
    expect([one.heard.length, other.heard.length]).toEqual([1, 1]);
    // For a release, such a host is a stranger.
    const asked = await effects.gate.perform('k/gate/1', gate(one.url), never, context);
    expect(asked.detail).toContain('--egress 127.0.0.1');
  });

  test('call what the file or an option allows', async () => {
    const { url, port } = await service();
    const ask = (effects: ReturnType<typeof openEffects>) =>
      effects.gate.perform('k/gate/1', gate(url), never, context);
    expect((await ask(open({ egress: [`127.0.0.1:${port}`] }))).result).toBe('done');
    expect((await ask(open({ loopback: true }))).result).toBe('done');
    expect((await ask(open())).result).toBe('unknown');
    write({ egress: ['127.0.0.0/8'] });
    expect((await ask(open())).result).toBe('done');
  });

  test('find secrets of releases in a folder of the data directory', async () => {
    const { url, heard } = await service();
    mkdirSync(join(dataDirectory, 'secrets'));
    writeFileSync(join(dataDirectory, 'secrets', 'orders'), 'token\n');
    const request = { url, headers: { authorization: 'file:orders' } };
    const call = {
      key: '1/a/b/do',
      transaction: '1/a/b',
      step: 'b',
      action: 'do',
      tries: 1,
      request,
    } as const;
    const { saga } = open({ loopback: true });
    await saga.perform('k/saga/1', { kind: 'saga', key: 'saga/1', call }, never, context);
    expect(heard[0]?.headers.authorization).toBe('token');
  });

  test('say what is wrong with the file, and never hold a secret in it', () => {
    write({ webhooks: [{ url: 'http://a.test', secret: 'hunter2' }] });
    expect(() => open()).toThrow('webhooks.0.secret: a secret is a reference');
    write({ webhook: [] });
    expect(() => open()).toThrow('notifications.json');
    write({ egress: ['http://a.test'] });
    expect(() => open()).toThrow('not a host to allow');
    writeFileSync(join(dataDirectory, 'notifications.json'), '{');
    expect(() => open()).toThrow('is not JSON');
  });
});
