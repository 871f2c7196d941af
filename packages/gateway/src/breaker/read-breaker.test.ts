import { describe, expect, test } from 'vitest';
import { ask, createStage, engine } from '../stage.suite.ts';
import { BREAKER_DEFAULTS } from './breaker.ts';
import { readBreaker } from './read-breaker.ts';

const { gateway, serve } = createStage();

describe('the breaker of an upstream', () => {
  test('is as the gateway says but for what the Upstream says', () => {
    expect(readBreaker(undefined, BREAKER_DEFAULTS)).toEqual(BREAKER_DEFAULTS);
    expect(readBreaker(false, BREAKER_DEFAULTS)).toBeUndefined();
    expect(readBreaker({ failureRate: 0.1 }, undefined)).toBeUndefined();
    expect(readBreaker({ window: '90s', slowOver: '800ms', minimumCalls: 5 }, BREAKER_DEFAULTS)).toEqual({
      ...BREAKER_DEFAULTS,
      window: { seconds: 90 },
      slowOver: 800,
      minimumCalls: 5,
    });
    expect(readBreaker({ calls: 20 }, BREAKER_DEFAULTS)?.window).toEqual({ calls: 20 });
  });

  test('follows the Upstream from revision to revision, and starts anew only where its settings change', async () => {
    const failing = await serve((_, response) => response.writeHead(500).end());
    const entries = (more: object) => {
      const [flag, one, two] = engine(failing.url, failing.url, 0);
      return [flag!, { ...one!, body: { ...(one!.body as object), ...more } as never }, two!];
    };
    const it = await gateway(entries({ breaker: { minimumCalls: 3, wait: '1h' } }));
    const statuses = async (count: number) => {
      const seen: number[] = [];
      for (let at = 0; at < count; at++) seen.push((await ask(it.url)).status);
      return seen;
    };
    expect(await statuses(4)).toEqual([500, 500, 500, 503]);
    await it.publish(entries({ breaker: { minimumCalls: 3, wait: '1h' }, timeout: '5s' }));
    expect(await statuses(1)).toEqual([503]);
    await it.publish(entries({ breaker: { minimumCalls: 2, wait: '1h' } }));
    expect(await statuses(3)).toEqual([500, 500, 503]);
    await it.publish(entries({ breaker: false }));
    expect(await statuses(5)).toEqual([500, 500, 500, 500, 500]);
  });
});
