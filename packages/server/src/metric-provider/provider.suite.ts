import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MetricProvider } from './metric-provider.ts';

/** A source under test: it knows the queries of `QUESTIONS`, and can be stopped and started again. */
export interface ProviderRig {
  readonly provider: MetricProvider;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Queries that any Prometheus answers without having scraped anything. */
export const QUESTIONS = {
  fortyTwo: 'vector(42)',
  zones: 'label_replace(vector(1), "zone", "a", "", "") or label_replace(vector(3), "zone", "b", "", "")',
  notANumber: 'vector(0) / 0',
  nothing: 'no_such_series',
  /** The time it is asked for, in seconds. */
  time: 'vector(time())',
} as const;

/** What every metric provider does. */
export function providerContract(open: () => Promise<ProviderRig>): void {
  const never = new AbortController().signal;
  const now = 1_700_000_000_000;
  let rig: ProviderRig;
  beforeAll(async () => {
    rig = await open();
  });
  afterAll(() => rig.close());
  const ask = (query: string, at = now, signal = never) => rig.provider.query(query, at, signal);

  describe('a metric provider', () => {
    test('answers a number', async () => {
      expect(await ask(QUESTIONS.fortyTwo)).toMatchObject({
        result: 'samples',
        samples: [{ value: 42, labels: {} }],
      });
    });

    test('answers one by series, with its labels', async () => {
      const answer = await ask(QUESTIONS.zones);
      const samples = answer.result === 'samples' ? answer.samples : [];
      const byZone = Object.fromEntries(samples.map(({ labels, value }) => [labels.zone, value]));
      expect(byZone).toEqual({ a: 1, b: 3 });
    });

    test('answers for the time it is asked about', async () => {
      const week = 7 * 86_400_000;
      expect(await ask(QUESTIONS.time, now - week)).toMatchObject({
        samples: [{ value: (now - week) / 1000 }],
      });
    });

    test('does not take nothing for zero, nor NaN for a number', async () => {
      expect((await ask(QUESTIONS.nothing)).result).toBe('unknown');
      expect((await ask(QUESTIONS.notANumber)).result).toBe('unknown');
    });

    test('answers unknown to a query it does not understand', async () => {
      expect((await ask('sum(')).result).toBe('unknown');
    });

    test('answers unknown at once when it is called off', async () => {
      expect(await ask(QUESTIONS.fortyTwo, now, AbortSignal.abort())).toEqual({
        result: 'unknown',
        why: 'called off',
      });
    });

    test('is unknown while down, and knows again', async () => {
      await rig.stop();
      const down = await ask(QUESTIONS.fortyTwo);
      expect(down.result).toBe('unknown');
      await rig.start();
      expect((await ask(QUESTIONS.fortyTwo)).result).toBe('samples');
    });
  });
}
