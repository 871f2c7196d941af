import { systemClock } from '@ombre/carry';
import type { Counters } from '@ombre/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { createStage, until } from '../stage.suite.ts';
import { deliverTo } from './deliver.ts';
import { type Delivery, type Reporter, startReporter } from './reporter.ts';
import { createTally } from './tally.ts';

const { serve } = createStage();
const reporters: Reporter[] = [];
afterEach(async () => {
  for (const reporter of reporters.splice(0)) await reporter.close();
});

/** Reports without waiting, answered in turn by `answers`, then taken. */
async function reports(answers: readonly Delivery[], count: number, between = () => {}) {
  const tally = createTally();
  const got: Counters[] = [];
  const changes: Delivery[] = [];
  const clock = {
    ...systemClock,
    after: (_: number, call: () => void) => {
      const timer = setImmediate(call);
      return () => clearImmediate(timer);
    },
  };
  const reporter = startReporter(
    { tally, circuits: () => [], now: clock.monotonic },
    'g',
    clock,
    async (report) => {
      got.push(report);
      between();
      return answers[got.length - 1] ?? 'taken';
    },
    (to) => changes.push(to),
  );
  reporters.push(reporter);
  await until(() => got.length >= count);
  return { got: got.slice(0, count), tally, changes };
}

describe('reports of counters', () => {
  test('are full at first, then of what changed, and full again after one that was not taken', async () => {
    const { got } = await reports(['taken', 'taken', 'lost', 'taken', 'resend'], 7);
    expect(got.map(({ sequence, full }) => `${sequence} ${full ? 'full' : 'changes'}`)).toEqual([
      '1 full',
      '2 changes',
      '3 changes',
      '4 full',
      '5 changes',
      '6 full',
      '7 changes',
    ]);
    expect(new Set(got.map(({ boot }) => boot)).size).toBe(1);
  });

  test('tell once that the control plane refuses them, not with each', async () => {
    const { changes } = await reports(['refused', 'refused', 'refused'], 4);
    expect(changes[0]).toBe('refused');
    expect(changes.filter((one) => one === 'refused')).toHaveLength(1);
  });

  test('arrive at the control plane’s route with the token, and say how they were taken', async () => {
    const seen: string[] = [];
    const answers: readonly [number, string][] = [
      [200, '{"resend":false}'],
      [200, '{"resend":true}'],
      [500, ''],
      [404, ''],
      [401, ''],
      [403, ''],
    ];
    const plane = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      const [status, body] = answers[seen.length - 1] ?? [200, ''];
      response.writeHead(status);
      request.resume();
      response.end(body);
    });
    const report = { source: 'g', boot: 'b', sequence: 1, at: 0, limits: {}, full: true, rows: [] };
    const deliver = deliverTo(plane.url, 'shop/test', 'secret');
    const fates = [];
    for (const _ of answers) fates.push(await deliver(report));
    expect(fates).toEqual(['taken', 'resend', 'lost', 'unsupported', 'refused', 'refused']);
    expect(seen[0]).toBe('POST /p/shop/test/v1/counters Bearer secret');
    await deliverTo(`${plane.url}/p/a/b/`, 'shop/test', undefined)(report);
    expect(seen.at(-1)).toBe('POST /p/a/b/v1/counters undefined');
  });
});
