import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@ombre/protocol';
import { type RunningServer, startServer } from '@ombre/server';
import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../../test/free-port.ts';
import { until } from '../../../test/until.ts';
import { defineFlag } from './flag-definition.ts';
import { Ombre, type OmbreOptions } from './ombre.ts';
import { OmbreProvider } from './provider.ts';
import { cleanUp, FLAGS, writeFlags } from './testing.suite.ts';

const { folder, later } = cleanUp();
const price = defineFlag({ key: 'price-engine', variants: { v1: 'old', v2: 'new' }, default: 'v1' });
const vip = { targetingKey: 'u1', user: { tier: 'L5' } };

/** A control plane over a folder, that can be taken away and brought back where it was. */
async function startPlane() {
  const directory = folder();
  const dataDirectory = folder();
  writeFlags(directory);
  const port = await freePort();
  let running: RunningServer = await startServer({ directory, dataDirectory, port });
  const { url } = running;
  let up = true;
  const stop = async () => {
    if (up) await running.close();
    up = false;
  };
  later(stop);
  return {
    directory,
    url,
    keys: running.keys.map(({ pem }) => pem),
    client: createClient({ url, token: running.writeToken, fetch: fetch as never }),
    stop,
    async restart() {
      running = await startServer({ directory, dataDirectory, port });
      up = true;
    },
  };
}

async function open(options: OmbreOptions): Promise<Ombre> {
  const ombre = await Ombre.open(options);
  later(() => ombre.close());
  return ombre;
}

const stranger = () =>
  generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }) as string;

describe('with a real control plane', () => {
  test('answers change when a file is saved, when a flag is killed, and when it is revived', async () => {
    const plane = await startPlane();
    const ombre = await open({ source: plane.url, keys: plane.keys, agent: 'shop 1.0' });
    const engine = ombre.flag(price);
    expect([ombre.status, engine(vip)]).toEqual(['ready', 'new']);
    const before = ombre.head?.revision ?? 0;

    writeFlags(plane.directory, FLAGS.replace('v2: new', 'v2: newest'));
    await until(() => expect(engine(vip)).toBe('newest'));
    expect(ombre.head?.revision).toBe(before + 1);

    expect(await plane.client.kill('price-engine', { why: 'test' })).toMatchObject({ ok: true });
    await until(() => expect(engine.details(vip).reason).toBe('kill'));
    expect(engine(vip)).toBe('old');
    await plane.client.unkill('price-engine');
    await until(() => expect(engine(vip)).toBe('newest'));
  });

  test('the control plane sees who runs which revision', async () => {
    const plane = await startPlane();
    const ombre = await open({ source: plane.url, agent: 'shop 1.0' });
    await until(async () => {
      const seen = await plane.client.receivers();
      expect(seen).toMatchObject({
        value: {
          receivers: [{ agent: 'shop 1.0', class: 'sdk', behind: 0, lease: 'held', connected: true }],
        },
      });
    });
    await ombre.close();
    await until(async () => {
      expect(await plane.client.receivers()).toMatchObject({ value: { receivers: [{ connected: false }] } });
    });
  });

  test('a process goes on without it, another starts from disk as stale, and both return to it', async () => {
    const plane = await startPlane();
    const stateDir = folder();
    const { keys, url: source } = plane;
    const first = await open({ source, keys, stateDir });
    const engine = first.flag(price);
    expect(engine(vip)).toBe('new');
    await until(() =>
      expect(readdirSync(join(stateDir, '.sources'))).toEqual([expect.stringMatching(/^\w+$/)]),
    );
    await plane.stop();
    await until(() => expect(first.problems).toMatchObject([{ code: 'UNREACHABLE' }]));
    expect(engine(vip)).toBe('new');
    expect(first.status).toBe('ready');

    const second = await open({ source, keys, stateDir });
    expect(second.status).toBe('stale');
    expect(second.flag(price)(vip)).toBe('new');
    expect(second.head).toEqual(first.head);

    writeFlags(plane.directory, FLAGS.replace('v2: new', 'v2: meanwhile'));
    await plane.restart();
    for (const ombre of [first, second]) {
      await until(() => expect(ombre.flag(price)(vip)).toBe('meanwhile'));
      await until(() => expect([ombre.status, ombre.problems]).toEqual(['ready', []]));
    }
  });

  test('a receiver trusts either of two keys, and refuses with neither', async () => {
    const plane = await startPlane();
    const ombre = await open({ source: plane.url, keys: [stranger(), ...plane.keys] });
    expect(ombre.status).toBe('ready');
    await expect(Ombre.open({ source: plane.url, keys: [stranger()] })).rejects.toMatchObject({
      code: 'KEY_UNTRUSTED',
    });
  });

  test('a receiver follows through a whole rotation of the key, by the file it trusts, and restarts with the new key alone', async () => {
    const plane = await startPlane();
    const file = join(folder(), 'keys.pem');
    const stateDir = folder();
    const writeKeys = async () => {
      const view = await plane.client.keys();
      if (!view.ok) throw new Error(view.failure.message);
      const trusted = view.value.keys.filter(({ role }) => role !== 'retired');
      writeFileSync(`${file}.new`, trusted.map(({ pem }) => pem).join(''));
      renameSync(`${file}.new`, file);
      return trusted.map(({ id }) => id);
    };
    await writeKeys();
    const ombre = await open({ source: plane.url, keys: { file }, stateDir });
    const heard: string[] = [];
    ombre.subscribe((event) => event.type !== 'changed' && heard.push(event.type));
    const engine = ombre.flag(price);
    const change = async (value: string) => {
      writeFlags(plane.directory, FLAGS.replace('v2: new', `v2: ${value}`));
      await until(() => expect(engine(vip)).toBe(value));
    };

    await plane.client.prepareKey();
    const [, next = ''] = await writeKeys();
    await change('prepared');
    await until(async () => expect(await plane.client.rotateKey({ next })).toMatchObject({ ok: true }));
    await change('rotated');
    expect(await writeKeys()).toEqual([next]);
    await change('dropped');
    expect(heard).toEqual([]);

    await ombre.close();
    await plane.stop();
    const again = await open({ source: plane.url, keys: { file }, stateDir });
    expect([again.status, again.flag(price)(vip)]).toEqual(['stale', 'dropped']);
  });

  test('a receiver whose file names another key says so and serves on, and follows when the file is right', async () => {
    const plane = await startPlane();
    const file = join(folder(), 'keys.pem');
    writeFileSync(file, plane.keys.join(''));
    const ombre = await open({ source: plane.url, keys: { file } });
    const engine = ombre.flag(price);
    const codes = () => ombre.problems.map(({ code }) => code);
    writeFileSync(file, 'half a k');
    await until(() => expect(codes()).toEqual(['KEYS_INVALID']));
    writeFileSync(file, `# of another plane\n${stranger()}`);
    await until(() => expect(codes()).toEqual([]));
    writeFlags(plane.directory, FLAGS.replace('v2: new', 'v2: newest'));
    await until(() => expect(codes()).toEqual(['KEY_UNTRUSTED']));
    expect(engine(vip)).toBe('new');
    writeFileSync(file, plane.keys.join(''));
    await until(() => expect(engine(vip)).toBe('newest'));
    expect(() => new Ombre({ source: plane.url, keys: { file: join(folder(), 'none') } })).toThrow(
      'cannot be read',
    );
  });

  test('OpenFeature hears STALE when it starts from disk, and READY when the control plane is back', async () => {
    const plane = await startPlane();
    const stateDir = folder();
    const warm = await open({ source: plane.url, keys: plane.keys, stateDir });
    await warm.close();
    await plane.stop();

    const heard: string[] = [];
    const client = OpenFeature.getClient('restarted');
    client.addHandler(ProviderEvents.Stale, () => heard.push('stale'));
    client.addHandler(ProviderEvents.Ready, () => heard.push('ready'));
    later(() => OpenFeature.clearProviders());
    await OpenFeature.setProviderAndWait(
      'restarted',
      new OmbreProvider({ source: plane.url, keys: plane.keys, stateDir }),
    );
    await until(() => expect(client.providerStatus).toBe(ProviderStatus.STALE));
    expect(await client.getStringValue('price-engine', 'x', vip)).toBe('new');
    await plane.restart();
    await until(() => expect(client.providerStatus).toBe(ProviderStatus.READY));
    expect(heard).toEqual(['ready', 'stale', 'ready']);
  });
});
