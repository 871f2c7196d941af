import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type FaultyService, OPERATION, openFaultyService } from './faulty-service.ts';
import { seededRandom } from './random.ts';
import type { Operation } from './suite.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A service that says how often it was asked and how many were in it at once, behind a faulty stand-in. */
async function stage(): Promise<{ readonly stand: FaultyService; readonly most: () => number }> {
  let asked = 0;
  let inside = 0;
  let most = 0;
  const server = createServer((request, response) => {
    inside += 1;
    most = Math.max(most, inside);
    asked += 1;
    const answer = `${request.method} ${request.url} ${asked}`;
    request.resume().on('end', () => {
      inside -= 1;
      response.setHeader('x-own', 'yes').end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stand = await openFaultyService(url, new Map([['zone', 'x-zone']]), operations, seededRandom(1));
  ends.push(() => stand.close());
  return { stand, most: () => most };
}

const operation = (path: string, at?: string): Operation => ({
  method: 'GET',
  path,
  headers: {},
  weight: 1,
  failsFrom: 500,
  ...(at === undefined ? {} : { at }),
});
const operations = { stock: operation('/stock/{n}.json'), page: operation('/page', 'storefront') };

const get = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(url, { headers });
  return { status: answer.status, own: answer.headers.get('x-own'), text: await answer.text() };
};

describe('a faulty stand-in', () => {
  test('passes everything on while nothing is wrong', async () => {
    const { stand } = await stage();
    expect(await get(`${stand.url}/a?b=c`)).toEqual({ status: 200, own: 'yes', text: 'GET /a?b=c 1' });
    const posted = await fetch(`${stand.url}/p`, { method: 'POST', body: 'x' });
    expect(await posted.text()).toBe('POST /p 2');
  });

  test('fails the part of requests it is told to, only for those concerned', async () => {
    const { stand } = await stage();
    stand.suffer([{ upstream: 'v2', errors: 1, only: { zone: 'b' }, operation: 'stock' }]);
    expect((await get(stand.url, { 'x-zone': 'b', [OPERATION]: 'stock' })).status).toBe(500);
    expect((await get(stand.url, { 'x-zone': 'a', [OPERATION]: 'stock' })).status).toBe(200);
    expect((await get(stand.url, { 'x-zone': 'b', [OPERATION]: 'view' })).status).toBe(200);
    stand.suffer([{ upstream: 'v2', errors: 0.3 }]);
    let failed = 0;
    for (let at = 0; at < 200; at++) failed += Number((await get(stand.url)).status === 500);
    expect(failed).toBeGreaterThan(30);
    expect(failed).toBeLessThan(90);
  });

  test('knows an operation by its path where a caller asks, which says only what it was asked for itself', async () => {
    const { stand } = await stage();
    stand.suffer([{ upstream: 'v2', errors: 1, operation: 'stock' }]);
    const from = { [OPERATION]: 'page' };
    expect((await get(`${stand.url}/stock/12.json`, from)).status).toBe(500);
    expect((await get(`${stand.url}/stock/12.json?fresh`, from)).status).toBe(200);
    expect((await get(`${stand.url}/stock/12xjson`, from)).status).toBe(200);
    expect((await get(`${stand.url}/stock/1/2.json`, from)).status).toBe(200);
    expect((await get(`${stand.url}/stock/12.json`)).status).toBe(500);
  });

  test('lets no more in than a slow pool has places, and everybody in the end', async () => {
    const { stand, most } = await stage();
    stand.suffer([{ upstream: 'v2', slowPool: { connections: 2, hold: 5 } }]);
    const answers = await Promise.all(Array.from({ length: 12 }, () => get(stand.url)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(most()).toBeLessThanOrEqual(2);
  });

  test('answers reads with what it answered before, as a replica that lags', async () => {
    const { stand } = await stage();
    stand.suffer([{ upstream: 'v2', staleReads: 0 }]);
    expect((await get(`${stand.url}/x`)).text).toBe('GET /x 1');
    await new Promise((resolve) => setTimeout(resolve, 60));
    stand.suffer([{ upstream: 'v2', staleReads: 50 }]);
    expect((await get(`${stand.url}/x`)).text).toBe('GET /x 1');
    expect((await get(`${stand.url}/y`)).text).toBe('GET /y 3');
  });
});
