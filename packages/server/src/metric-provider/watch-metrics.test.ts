import type { Guard } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { createMemoryProvider } from './memory-provider.ts';
import type { MetricProvider } from './metric-provider.ts';
import { watchMetrics } from './watch-metrics.ts';

const START = 1_700_000_000_000;
const DAY = 86_400_000;

/** Time that passes when it is told to. */
function handClock() {
  let now = START;
  let waiting: { at: number; call: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now - START,
    after(milliseconds: number, call: () => void) {
      const entry = { at: now + milliseconds, call };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((one) => one !== entry);
      };
    },
    async pass(milliseconds: number) {
      const until = now + milliseconds;
      for (;;) {
        await settled();
        const next = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        waiting = waiting.filter((one) => one !== next);
        now = next.at;
        next.call();
      }
      now = until;
    },
    waiting: () => waiting.length,
  };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function watch(guards: readonly Guard[], provider: MetricProvider | undefined, clock = handClock()) {
  const ladder = [{ name: 'half', share: 0.5, dwell: '1h' }];
  const spec = { flag: 'f', from: 'old', to: 'new', ladder, guards };
  const watcher = watchMetrics({ release: 'r', spec, clock, provider });
  return { clock, watcher, verdicts: () => watcher.evidence(clock.now()).map(({ verdict }) => verdict) };
}

const sample = (value: number, labels = {}) => ({ labels, value, at: START });
const queue: Guard = { metric: { name: 'queue', query: 'q', max: 10 } };

describe('a watcher', () => {
  test('watches only guards whose numbers come from elsewhere, at their own pace', async () => {
    const provider = createMemoryProvider();
    provider.set('q', 0, [sample(3)]);
    const { clock, watcher, verdicts } = watch([{ errorRate: { max: 0.05 } }, queue], provider);
    expect(verdicts()).toEqual(['undecided']);
    await clock.pass(0);
    expect(verdicts()).toEqual(['good']);
    provider.set('q', START + 5_000, [sample(30)]);
    await clock.pass(4_999);
    expect(verdicts()).toEqual(['good']);
    await clock.pass(10_001);
    expect(verdicts()).toEqual(['bad']);
    watcher.close();
    expect(clock.waiting()).toBe(0);
  });

  test('takes the worst of several series and names it', async () => {
    const provider = createMemoryProvider();
    provider.set('q', 0, [sample(3, { zone: 'a' }), sample(7, { zone: 'b' })]);
    const { clock, watcher } = watch([queue], provider);
    await clock.pass(0);
    expect(watcher.evidence(clock.now())[0]).toMatchObject({
      sentence: '7 at {zone="b"}, not over 10',
      numbers: { value: 7 },
    });
    watcher.close();
  });

  test('is unknown while its source is down, and goes on by itself', async () => {
    const provider = createMemoryProvider();
    provider.set('q', 0, [sample(3)]);
    const { clock, watcher, verdicts } = watch([queue], provider);
    await clock.pass(0);
    provider.down = true;
    await clock.pass(60_000);
    expect(verdicts()).toEqual(['unknown']);
    expect(watcher.evidence(clock.now())[0]?.sentence).toBe(
      'nothing known from the metrics for 60 s: it cannot be reached',
    );
    provider.down = false;
    await clock.pass(5_000);
    expect(verdicts()).toEqual(['good']);
    watcher.close();
  });

  test('without a source is unknown', () => {
    const { clock, watcher } = watch([queue], undefined);
    expect(watcher.evidence(clock.now())[0]).toMatchObject({
      verdict: 'unknown',
      sentence: 'nothing known from the metrics for 0 s: no metrics source is configured',
    });
  });

  test('compares with this time of the day before, and asks for it only now and then', async () => {
    const known = createMemoryProvider();
    for (let day = 7; day > 0; day--) known.set('errors', START - day * DAY, [sample(0.01)]);
    known.set('errors', START, [sample(0.017)]);
    let asked = 0;
    const provider: MetricProvider = {
      query(query, at, signal) {
        asked += 1;
        return known.query(query, at, signal);
      },
    };
    const baseline: Guard = { baseline: { name: 'errors', query: 'errors', rounds: 1 } };
    const { clock, watcher, verdicts } = watch([baseline], provider);
    await clock.pass(0);
    expect([asked, ...verdicts()]).toEqual([8, 'good']);
    known.set('errors', START + 5_000, [sample(0.019)]);
    await clock.pass(5_000);
    expect([asked, ...verdicts()]).toEqual([9, 'bad']);
    watcher.close();
  });

  test('does not know a baseline of which two days are known', async () => {
    const provider = createMemoryProvider();
    for (const day of [2, 1]) provider.set('errors', START - day * DAY, [sample(0.01)]);
    const { clock, watcher, verdicts } = watch([{ baseline: { name: 'e', query: 'errors' } }], provider);
    await clock.pass(20_000);
    expect(verdicts()).toEqual(['unknown']);
    watcher.close();
  });
});
