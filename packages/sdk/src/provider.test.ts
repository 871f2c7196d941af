import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/until.ts';
import { Ombre } from './ombre.ts';
import { OmbreProvider } from './provider.ts';
import { cleanUp, FLAGS, writeFlags } from './testing.suite.ts';

const { folder, later } = cleanUp();
let domains = 0;

async function start(text: string = FLAGS) {
  const root = folder();
  writeFlags(root, text);
  const tracked: unknown[] = [];
  const provider = new OmbreProvider(
    { source: root },
    { track: (name, context, details) => tracked.push({ name, context, details }) },
  );
  const domain = `domain-${++domains}`;
  await OpenFeature.setProviderAndWait(domain, provider);
  later(() => OpenFeature.clearProviders());
  return { root, provider, client: OpenFeature.getClient(domain), tracked, domain };
}

const vip = { targetingKey: 'u1', user: { tier: 'L5' } };

describe('the OpenFeature provider', () => {
  test('resolves each type with reason, variant and what decided', async () => {
    const { client } = await start();
    expect(await client.getStringDetails('price-engine', 'x', vip)).toMatchObject({
      value: 'new',
      variant: 'v2',
      reason: 'TARGETING_MATCH',
      flagMetadata: { rule: 'vip', cause: 'rule', revision: 1 },
    });
    expect(await client.getBooleanDetails('banner', false, {})).toMatchObject({
      value: true,
      reason: 'STATIC',
    });
    expect(await client.getNumberValue('limit', 0, {})).toBe(10);
    expect(await client.getObjectValue('layout', {}, {})).toEqual({ columns: 3 });
    const shares = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        client.getStringDetails('price-engine', 'x', { targetingKey: `u${i}` }),
      ),
    );
    expect(new Set(shares.map(({ reason }) => reason))).toEqual(new Set(['SPLIT', 'DEFAULT']));
  });

  test('answers the default with an error code for what cannot be answered', async () => {
    const { client } = await start();
    expect(await client.getStringDetails('nobody', 'x', vip)).toMatchObject({
      value: 'x',
      reason: 'ERROR',
      errorCode: 'FLAG_NOT_FOUND',
    });
    expect(await client.getBooleanDetails('price-engine', true, vip)).toMatchObject({
      value: true,
      errorCode: 'TYPE_MISMATCH',
      errorMessage: 'price-engine is a string flag, asked for a boolean',
    });
    expect(await client.getStringDetails('price-engine', 'x', {})).toMatchObject({
      value: 'x',
      errorCode: 'TARGETING_KEY_MISSING',
    });
  });

  test('announces the changed flags, and names the new revision from then on', async () => {
    const { client, root } = await start();
    const changes: unknown[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => changes.push(details?.flagsChanged));
    expect((await client.getBooleanDetails('banner', false, {})).flagMetadata.revision).toBe(1);
    writeFlags(root, FLAGS.replace('low: 10', 'low: 11'));
    await until(() => expect(changes).toEqual([['limit']]));
    expect(await client.getNumberValue('limit', 0, {})).toBe(11);
    expect((await client.getBooleanDetails('banner', false, {})).flagMetadata.revision).toBe(2);
  });

  test('is in error while its source is refused, and ready once it is mended', async () => {
    const root = folder();
    writeFlags(root, FLAGS.replace('default: v1', 'default: v9'));
    const provider = new OmbreProvider({ source: root });
    const domain = `domain-${++domains}`;
    await expect(OpenFeature.setProviderAndWait(domain, provider)).rejects.toThrow('SOURCE_INVALID');
    later(() => OpenFeature.clearProviders());
    const client = OpenFeature.getClient(domain);
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    expect(await client.getNumberDetails('limit', 1, {})).toMatchObject({
      value: 1,
      errorCode: 'PROVIDER_NOT_READY',
    });
    const ready = until(() => expect(client.providerStatus).toBe(ProviderStatus.READY));
    writeFlags(root, FLAGS);
    await ready;
    expect(await client.getNumberValue('limit', 1, {})).toBe(10);
  });

  test('hands on tracking events, and shares an environment that it does not own', async () => {
    const { client, tracked } = await start();
    client.track('ordered', vip, { value: 9 });
    expect(tracked).toEqual([{ name: 'ordered', context: vip, details: { value: 9 } }]);

    const root = folder();
    writeFlags(root);
    const ombre = await Ombre.open({ source: root });
    later(() => ombre.close());
    const provider = new OmbreProvider(ombre);
    await OpenFeature.setProviderAndWait('shared', provider);
    expect(await OpenFeature.getClient('shared').getBooleanValue('banner', false)).toBe(true);
    await provider.onClose();
    expect(ombre.status).toBe('ready');
  });
});
