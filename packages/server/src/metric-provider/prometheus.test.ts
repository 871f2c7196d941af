import { systemClock } from '@ombre/carry';
import type { ReleaseSpec } from '@ombre/decide/model';
import { combineHealth, type ReleaseState, startRelease, step } from '@ombre/release';
import { describe, expect, test } from 'vitest';
import { openPrometheus } from './prometheus.ts';
import { prometheusBinary, startPrometheus } from './prometheus-server.suite.ts';
import { providerContract } from './provider.suite.ts';
import { watchMetrics } from './watch-metrics.ts';

describe.skipIf(prometheusBinary === undefined)(
  'a real Prometheus (skipped without the Debian package prometheus)',
  () => {
    providerContract(async () => {
      const server = await startPrometheus();
      const { start, stop, close } = server;
      return { provider: openPrometheus({ url: server.url, fetch, clock: systemClock }), start, stop, close };
    });

    test('stopped in the middle of a climb freezes it; started again, the climb goes on', async () => {
      const server = await startPrometheus();
      const spec: ReleaseSpec = {
        flag: 'f',
        from: 'old',
        to: 'new',
        ladder: [{ name: 'half', share: 0.5, dwell: '1h' }],
        guards: [{ metric: { name: 'queue', query: 'vector(3)', max: 10, every: '250ms' } }],
      };
      const provider = openPrometheus({ url: server.url, fetch, clock: systemClock });
      const watcher = watchMetrics({ release: 'r', spec, clock: systemClock, provider });
      let state: ReleaseState = startRelease({ reached: 0, shares: [], epoch: 0 });
      let now = systemClock.now();
      /** A second of the release, in less of ours. */
      const tick = async () => {
        now += 1_000;
        const health = combineHealth(watcher.evidence(systemClock.now()));
        const receivers = { live: 1, activated: 1 };
        const event = { kind: 'tick', interval: 1_000, fresh: true, receivers, traffic: {}, health } as const;
        state = step(spec, state, event, now).state;
        if (state.move !== undefined) {
          const placed = { kind: 'placed', epoch: state.move.placement.epoch, revision: 1 } as const;
          state = step(spec, state, placed, now).state;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
        return health.verdict;
      };
      const climb = async (until: () => boolean) => {
        const verdicts = new Set<string>();
        while (!until()) verdicts.add(await tick());
        return verdicts;
      };
      try {
        await climb(() => state.phase === 'dwelling' && state.held > 3_000);
        await server.stop();
        expect(await climb(() => state.phase === 'frozen')).toContain('unknown');
        expect(state.frozen?.causes).toEqual(['unknown']);
        const { held } = state;
        for (let i = 0; i < 20; i++) await tick();
        expect([state.phase, state.held]).toEqual(['frozen', held]);
        await server.start();
        const verdicts = await climb(() => state.phase === 'dwelling' && state.held > held);
        expect(verdicts).not.toContain('bad');
        expect(state.rollback).toBeUndefined();
      } finally {
        watcher.close();
        await server.close();
      }
    }, 120_000);
  },
);

describe('the HTTP API of Prometheus', () => {
  const never = new AbortController().signal;
  const answering = (body: string, status = 200) =>
    openPrometheus({
      url: 'http://metrics.test/prefix/',
      fetch: async () => new Response(body, { status }),
      clock: systemClock,
    }).query('up', 0, never);

  test('is asked by POST, with time, limits and token, below the path it is published under', async () => {
    const asked: { url: string; init: RequestInit }[] = [];
    const provider = openPrometheus({
      url: 'http://metrics.test/prefix/',
      fetch: async (url, init) => {
        asked.push({ url, init });
        return Response.json({ status: 'success', data: { resultType: 'scalar', result: [1, '2'] } });
      },
      clock: systemClock,
      token: 'secret',
    });
    expect(await provider.query('a + b', 1_500, never)).toMatchObject({ samples: [{ value: 2, at: 1_000 }] });
    expect(asked[0]?.url).toBe('http://metrics.test/prefix/api/v1/query');
    expect(asked[0]?.init).toMatchObject({ method: 'POST', redirect: 'error' });
    expect(new Headers(asked[0]?.init.headers).get('authorization')).toBe('Bearer secret');
    expect(String(asked[0]?.init.body)).toBe('query=a+%2B+b&time=1.5&timeout=3000ms&lookback_delta=120s');
  });

  test.each([
    ['a page instead of JSON', '<html>', 'not an answer of Prometheus (HTTP 502)'],
    ['an error', '{"status":"error","errorType":"bad_data","error":"parse error"}', 'bad_data: parse error'],
    ['an endless answer', `"${'x'.repeat(2_000_000)}"`, 'the answer is too long'],
    [
      'a matrix',
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
      'not an answer of Prometheus (HTTP 502)',
    ],
    [
      'an infinite value',
      '{"status":"success","data":{"resultType":"scalar","result":[1,"+Inf"]}}',
      'a value is NaN or infinite',
    ],
  ])('makes of %s unknown', async (_, body, why) => {
    expect(await answering(body, 502)).toEqual({ result: 'unknown', why });
  });

  test('is unknown after its timeout, and hangs on to nothing', async () => {
    const waiting: (() => void)[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => 0,
      after: (_: number, call: () => void) => {
        waiting.push(call);
        return () => {};
      },
    };
    const hanging = (_: string, { signal }: RequestInit) =>
      new Promise<Response>((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    const answer = openPrometheus({ url: 'http://metrics.test', fetch: hanging, clock }).query(
      'up',
      0,
      never,
    );
    for (const call of waiting) call();
    expect(await answer).toEqual({ result: 'unknown', why: 'no answer within 3 s' });
  });
});
