import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createStage } from '../stage.suite.ts';
import { createGroupAdmin } from './group-admin.ts';
import type { WorkerState } from './keep-workers.ts';

const { serve, later } = createStage();

/** A group's admin port over workers whose admin ports answer so; undefined: a worker that is not there. */
async function group(workers: readonly (RequestListener | undefined)[], closing = false) {
  const states = await Promise.all(
    workers.map(async (listener, index): Promise<WorkerState> => {
      const state = { worker: index + 1, pid: undefined, report: undefined, restarts: 0 };
      if (listener === undefined) return state;
      const { url: adminUrl } = await serve(listener);
      const report = { url: '', adminUrl, environment: null, revision: null, status: 'ready', routes: [] };
      return { ...state, pid: 100 + index, report };
    }),
  );
  const admin = createGroupAdmin({ states: () => states, closing: () => closing });
  await new Promise<void>((done) => admin.listen(0, '127.0.0.1', done));
  later(() => {
    admin.closeAllConnections();
    admin.close();
  });
  const { port } = admin.address() as { port: number };
  return async (path: string, init?: RequestInit) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: answer.status, text: await answer.text() };
  };
}

/** Answers each path with a status and a text; a function is given the body of the request. */
function worker(
  pages: Readonly<
    Record<string, readonly [number, string] | ((method: string, body: string) => readonly [number, string])>
  >,
): RequestListener {
  return (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const page = pages[request.url ?? ''] ?? ([404, ''] as const);
      const [status, text] = typeof page === 'function' ? page(request.method ?? '', body) : page;
      response.writeHead(status).end(text);
    });
  };
}

const counted = (requests: number) =>
  worker({
    '/metrics': [200, `# HELP r Requests.\n# TYPE r counter\nr ${requests}\n`],
    '/readyz': [200, 'ready\n'],
  });

describe('the admin port of several workers', () => {
  test('shows the metrics of each, and says who is missing', async () => {
    const ask = await group([counted(3), undefined, counted(4)]);
    const { text } = await ask('/metrics');
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'r{worker="1"} 3',
      'r{worker="3"} 4',
      'ombre_gateway_worker_up{worker="1"} 1',
      'ombre_gateway_worker_up{worker="2"} 0',
      'ombre_gateway_worker_up{worker="3"} 1',
      'ombre_gateway_worker_restarts_total{worker="1"} 0',
      'ombre_gateway_worker_restarts_total{worker="2"} 0',
      'ombre_gateway_worker_restarts_total{worker="3"} 0',
      '',
    ]);
  });

  test('publishes what the alert rules ask of workers', async () => {
    const rules = readFileSync(
      join(import.meta.dirname, '../../../../docs/monitoring/ombre.rules.yml'),
      'utf8',
    );
    const asked = [...rules.matchAll(/expr: .*?(ombre_gateway_worker_[a-z_]+)/g)].map((match) => match[1]);
    expect(asked.length).toBeGreaterThan(0);
    const { text } = await (await group([counted(1)]))('/metrics');
    for (const metric of asked) expect(text).toContain(`# TYPE ${metric} `);
  });

  test('is ready while one worker is, and not when it stops', async () => {
    const unready = worker({ '/readyz': [503, 'no snapshot yet\n'] });
    expect(await (await group([unready, counted(1)]))('/readyz')).toEqual({ status: 200, text: 'ready\n' });
    expect(await (await group([unready, unready]))('/readyz')).toEqual({
      status: 503,
      text: 'no snapshot yet\n',
    });
    expect(await (await group([undefined]))('/readyz')).toEqual({ status: 503, text: 'no worker serves\n' });
    expect(await (await group([counted(1)], true))('/readyz')).toEqual({ status: 503, text: 'stopping\n' });
  });

  test('lists its workers', async () => {
    const { text } = await (await group([counted(1), undefined]))('/workers');
    expect(JSON.parse(text)).toEqual([
      { worker: 1, pid: 100, adminUrl: expect.stringMatching(/^http:/), restarts: 0 },
      { worker: 2, pid: null, adminUrl: null, restarts: 0 },
    ]);
  });

  test('brings a signed kill to every worker, and takes it where all did', async () => {
    const heard: string[] = [];
    const takes = worker({
      '/v1/break-glass': (method, body) => {
        heard.push(`${method} ${body}`);
        return [200, '{"ok":true}'];
      },
    });
    const refuses = worker({ '/v1/break-glass': [403, '{"code":"KILL_UNTRUSTED","message":"no"}'] });
    const order = { method: 'POST', body: '{"payload":"ü","signature":"s"}' };
    expect(await (await group([takes, takes]))('/v1/break-glass', order)).toEqual({
      status: 200,
      text: '{"ok":true}\n',
    });
    expect(heard).toEqual([`POST ${order.body}`, `POST ${order.body}`]);
    expect((await (await group([takes, refuses]))('/v1/break-glass', order)).status).toBe(403);
    expect((await (await group([undefined]))('/v1/break-glass', order)).status).toBe(503);
  });

  test('tells a worker that came back which kills the others carry out', async () => {
    const view = (kills: readonly unknown[]) =>
      worker({
        '/v1/break-glass': [
          200,
          JSON.stringify({ environment: 'shop/test', lineage: 'l1', revision: 4, kills }),
        ],
      });
    const ask = await group([view([]), view([{ payload: 'a' }]), view([{ payload: 'a' }, { payload: 'b' }])]);
    expect(JSON.parse((await ask('/v1/break-glass')).text)).toEqual({
      environment: 'shop/test',
      lineage: 'l1',
      revision: 4,
      kills: [{ payload: 'a' }, { payload: 'b' }],
    });
  });
});
