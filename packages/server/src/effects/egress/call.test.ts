import { afterEach, describe, expect, test } from 'vitest';
import { local, never } from '../context.suite.ts';
import { startService } from '../http-service.suite.ts';
import { createAllowList } from './allow-list.ts';
import { createCall } from './call.ts';

const closing: (() => Promise<void>)[] = [];
const service = async (...reply: Parameters<typeof startService>) => {
  const started = await startService(...reply);
  closing.push(started.close);
  return started;
};
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const GET = { method: 'GET', timeout: 2_000 };

describe('a call', () => {
  test('connects to the address that was judged, and keeps the name in the request', async () => {
    const { port, heard } = await service(() => ({ status: 200, body: 'yes' }));
    let asked = 0;
    // A name server that answers something else the second time.
    const resolve = async () => [asked++ === 0 ? '127.0.0.1' : '169.254.169.254'];
    const call = createCall(createAllowList({ hosts: ['127.0.0.1'], loopback: false }), resolve);
    expect(await call(`http://orders.test:${port}/a`, GET, never)).toEqual({
      ok: true,
      status: 200,
      body: 'yes',
    });
    expect([asked, heard[0]?.headers.host]).toEqual([1, `orders.test:${port}`]);
  });

  test('never leaves for a host that is not allowed', async () => {
    const { port, heard } = await service(() => ({ status: 200 }));
    const call = createCall(createAllowList({ hosts: ['orders.test'], loopback: false }), async () => [
      '127.0.0.1',
    ]);
    expect(await call(`http://orders.test:${port}/`, GET, never)).toMatchObject({
      ok: false,
      code: 'EGRESS_REFUSED',
      ours: true,
    });
    expect(heard).toEqual([]);
  });

  test('judges addresses in disguise by what they are', async () => {
    const call = createCall(createAllowList({ hosts: [], loopback: false }));
    for (const host of [
      '2130706433',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
      '127.1',
      '[::1]',
      'localhost.',
      '017700000001',
    ]) {
      expect(await call(`http://${host}:1/`, GET, never)).toMatchObject({ code: 'EGRESS_REFUSED' });
    }
  });

  test('follows no redirect', async () => {
    const { url, heard } = await service(() => ({
      status: 302,
      headers: { location: 'http://169.254.169.254/' },
    }));
    expect(await local(url, GET, never)).toMatchObject({ ok: true, status: 302 });
    expect(heard.length).toBe(1);
  });

  test('gives up on an answer that does not come, or does not end, and when it is told to', async () => {
    const { url } = await service(() => undefined);
    const quick = { method: 'GET', timeout: 50 };
    expect(await local(url, quick, never)).toMatchObject({ code: 'TIMEOUT', ours: false });
    const stop = new AbortController();
    const going = local(url, GET, stop.signal);
    stop.abort();
    expect(await going).toMatchObject({ code: 'STOPPED', ours: true });
    const unresolved = createCall(
      createAllowList({ hosts: [], loopback: true }),
      () => new Promise(() => {}),
    );
    expect(await unresolved('http://slow.test/', quick, never)).toMatchObject({ code: 'TIMEOUT' });
  });

  test('reads the beginning of an answer without end', async () => {
    const { url } = await service(() => ({ status: 200, body: 'x'.repeat(1_000_000) }));
    const answer = await local(url, GET, never);
    expect(answer.ok && answer.body.length).toBe(65_536);
  });

  test('names the host in what went wrong, never a path, query or password', async () => {
    const { port, close } = await startService(() => undefined);
    await close();
    const answer = await local(`http://me:secret@127.0.0.1:${port}/secret?token=secret`, GET, never);
    expect(answer).toMatchObject({ code: 'UNREACHABLE', ours: false });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(await local('ftp://secret/', GET, never)).toMatchObject({ code: 'NOT_A_URL' });
  });
});
