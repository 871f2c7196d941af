import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { metricsSettle } from './metrics-settle.ts';

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test('waits until every metric answers a number within its limit, and for none that is compared', async () => {
  const answers = [[], [['NaN'], ['0.1']], [['0.3'], ['0.1']], [['0.1'], ['0.2']]];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost').searchParams.get('query') ?? '');
    const result = (answers[asked.length - 1] ?? [['0']]).map(([value]) => ({
      metric: {},
      value: [1, value],
    }));
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => server.close());
  await metricsSettle(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, [
    { errorRate: { max: 0.1 } },
    { caller: { name: 'shop', query: 'pages', max: 0.2 } },
    { metric: { name: 'lost', query: 'lost', max: 1, against: 'yesterday' } },
    { metric: { name: 'queue', query: 'queue', max: 1 } },
  ]);
  expect(asked).toEqual(['pages', 'pages', 'pages', 'pages', 'queue']);
});
