import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ask, createStage, engine } from '../stage.suite.ts';

const { gateway, serve } = createStage();
const COOKIE = 'ombre_unit=0123456789abcdef';

async function echo() {
  return serve((request, response) => response.end(JSON.stringify(request.headers.baggage ?? null)));
}

describe('baggage', () => {
  test('names the unit by a keyed hash and the variant, to listed hosts only', async () => {
    const [one, two] = [await echo(), await echo()];
    const it = await gateway(engine(one.url, two.url, 0), {
      baggage: { key: 'secret', hosts: [new URL(one.url).host] },
    });
    const hash = createHmac('sha256', 'secret').update('0123456789abcdef').digest('hex').slice(0, 32);
    const own = `ombre.unit=${hash},ombre.flag=engine,ombre.variant=v1`;
    const seen = async (headers: Record<string, string>) =>
      JSON.parse((await ask(it.url, '/', { headers: { cookie: COOKIE, ...headers } })).body) as string | null;
    expect(await seen({})).toBe(own);
    expect(await seen({ baggage: 'a=1;p, ombre.variant=v9 ,b=2' })).toBe(`a=1;p,b=2,${own}`);
    await it.publish(engine(one.url, two.url, 1));
    expect(await seen({})).toBeNull();
    expect(await seen({ baggage: 'a=1' })).toBe('a=1');
  });

  test('of a client never speaks in Ombre’s name, configured or not', async () => {
    const one = await echo();
    const it = await gateway(engine(one.url, one.url, 0));
    const seen = await ask(it.url, '/', { headers: { baggage: 'Ombre.Unit=x' } });
    expect(JSON.parse(seen.body)).toBeNull();
  });
});
