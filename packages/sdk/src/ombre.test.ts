import { describe, expect, test } from 'vitest';
import { until } from '../../../test/until.ts';
import { defineFlag } from './flag-definition.ts';
import { Ombre } from './ombre.ts';
import { cleanUp, FLAGS, writeFlags } from './testing.suite.ts';

const { folder, later } = cleanUp();
const price = defineFlag({ key: 'price-engine', variants: { v1: 'old', v2: 'new' }, default: 'v1' });

async function open(text: string = FLAGS): Promise<{ ombre: Ombre; root: string }> {
  const root = folder();
  writeFlags(root, text);
  const ombre = await Ombre.open({ source: `dir:${root}` });
  later(() => ombre.close());
  return { ombre, root };
}

describe('an environment in this process', () => {
  test('answers typed values by handle, one after the other or bound once', async () => {
    const { ombre } = await open();
    const engine = ombre.flag(price);
    expect(ombre.status).toBe('ready');
    expect(ombre.flags).toEqual(['banner', 'layout', 'limit', 'price-engine']);
    expect(engine({ targetingKey: 'u1', user: { tier: 'L5' } })).toBe('new');
    expect(engine({ targetingKey: 'u1', 'user.tier': 'L5' })).toBe('new');
    expect(engine.details({ targetingKey: 'u1', user: { tier: 'L5' } })).toMatchObject({
      reason: 'rule',
      rule: 'vip',
      variant: 'v2',
    });
    const bound = ombre.bind({ targetingKey: 'u1', user: { tier: 'L5' } });
    const layout = ombre.flag(defineFlag({ key: 'layout', type: 'object', default: { columns: 1 } }));
    expect([engine.in(bound), layout.in(bound).columns]).toEqual(['new', 3]);
    expect(ombre.explain('price-engine', { targetingKey: 'u1' })?.outcome).toEqual(
      ombre.evaluate('price-engine', { targetingKey: 'u1' }),
    );
  });

  test('answers the default for a flag that is unknown, of another type, or lacks its unit, and never throws', async () => {
    const { ombre } = await open();
    const unknown = ombre.flag(defineFlag({ key: 'nobody', type: 'number', default: 7 }));
    expect(unknown({})).toBe(7);
    expect(unknown.details({})).toMatchObject({ error: 'FLAG_NOT_FOUND', reason: 'error' });
    const mistyped = ombre.flag(defineFlag({ key: 'price-engine', type: 'boolean', default: true }));
    expect(mistyped({ targetingKey: 'u1' })).toBe(true);
    const engine = ombre.flag(price);
    expect(engine({})).toBe('old');
    expect(engine.details({}).error).toBe('TARGETING_KEY_MISSING');
    const hostile = {
      get user() {
        throw new Error('gotcha');
      },
    };
    expect(() => engine(hostile)).not.toThrow();
    const circle: Record<string, unknown> = { targetingKey: 'u1' };
    circle.user = circle;
    expect(engine(circle)).toMatch(/old|new/);
  });

  test('follows the folder, and tells which flags changed', async () => {
    const { ombre, root } = await open();
    const engine = ombre.flag(price);
    const heard: unknown[] = [];
    ombre.subscribe((event) => heard.push(event));
    writeFlags(root, FLAGS.replace('v2: new', 'v2: newest'));
    await until(() => expect(engine({ targetingKey: 'u1', user: { tier: 'L5' } })).toBe('newest'));
    expect(heard).toEqual([{ type: 'changed', flags: ['price-engine'] }]);
    expect(ombre.head?.revision).toBe(2);
  });

  test('keeps environments apart', async () => {
    const one = await open();
    const other = await open(FLAGS.replace('v2: new', 'v2: other'));
    const context = { targetingKey: 'u1', user: { tier: 'L5' } };
    expect(one.ombre.flag(price)(context)).toBe('new');
    expect(other.ombre.flag(price)(context)).toBe('other');
  });

  test('keeps answering after it was closed', async () => {
    const { ombre } = await open();
    const engine = ombre.flag(price);
    await ombre.close();
    expect(engine({ targetingKey: 'u1', user: { tier: 'L5' } })).toBe('new');
    expect(ombre.status).toBe('closed');
  });

  test('rejects what will not come right by waiting, with what to do', async () => {
    await expect(Ombre.open({ source: folder() })).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
    await expect(Ombre.open({ source: 'gopher://x' })).rejects.toThrow('no carrier for gopher');
    await expect(Ombre.open({ source: 'http://x', keys: ['nonsense'] })).rejects.toThrow('Ed25519');
  });

  test('starts with the defaults of the code when nobody answers, and says why', async () => {
    const ombre = await Ombre.open({ source: 'http://127.0.0.1:1', startTimeout: 50 });
    later(() => ombre.close());
    expect(ombre.status).toBe('starting');
    await until(() => expect(ombre.problems).toMatchObject([{ code: 'UNREACHABLE' }]));
    expect(ombre.flag(price)({ targetingKey: 'u1' })).toBe('old');
    expect(ombre.evaluate('price-engine', {})).toMatchObject({ error: 'FLAG_NOT_FOUND' });
    expect(ombre.bind({})).toBeUndefined();
    expect(ombre.explain('price-engine', {})).toBeUndefined();
  });
});
