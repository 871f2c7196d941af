import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../../../test/free-port.ts';
import { ask, createStage, engine } from '../stage.suite.ts';

const { gateway, serve, later } = createStage();
/** A program of the machine, not of the workspace. */
const NGINX = 'nginx';
const missing = spawnSync(NGINX, ['-v']).error !== undefined;

/** The part of a configuration that asks the gateway; docs/gateway.md shows the same. */
const location = (auth: string) => `
  location / {
    auth_request /ombre;
    auth_request_set $ombre_upstream $upstream_http_ombre_upstream;
    auth_request_set $ombre_cookie $upstream_http_set_cookie;
    auth_request_set $ombre_refusal $upstream_http_ombre_refusal;
    auth_request_set $ombre_retry $upstream_http_retry_after;
    add_header Set-Cookie $ombre_cookie;
    proxy_pass http://$ombre_upstream;
    error_page 403 = @refused;
    error_page 500 = @undecided;
  }
  location @refused {
    if ($ombre_refusal = THROTTLED) { add_header Retry-After $ombre_retry always; return 429; }
    return 403;
  }
  location @undecided { proxy_pass http://engine-v1; }
  location = /ombre {
    internal;
    proxy_pass ${auth}/auth-request;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header X-Original-URI $request_uri;
    proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
  }`;

describe.skipIf(missing)('a real nginx with auth_request (skipped without the Debian package nginx)', () => {
  async function stage(share: number) {
    const one = await serve((_, response) => response.end('one'));
    const two = await serve((_, response) => response.end('two'));
    const it = await gateway(engine(one.url, two.url, share), {
      forwardAuth: { host: '127.0.0.1', port: 0 },
      trusted: ['127.0.0.1'],
    });
    const url = await nginx(one.url, two.url, it.forwardAuthUrl!);
    return { it, url, one, two };
  }

  async function nginx(one: string, two: string, auth: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'ombre-nginx-'));
    const port = await freePort();
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log off; ${paths.join(' ')}
  upstream engine-v1 { server ${new URL(one).host}; }
  upstream engine-v2 { server ${new URL(two).host}; }
  server { listen 127.0.0.1:${port}; ${location(auth)} }
}`,
    );
    const child = spawn(NGINX, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], {
      stdio: 'ignore',
    });
    later(async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    });
    const url = `http://127.0.0.1:${port}`;
    // Until it listens; a machine that is busy may take a while.
    for (let attempt = 0; attempt < 500; attempt++) {
      const listens = await ask(url).then(
        () => true,
        () => false,
      );
      if (listens) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return url;
  }

  test('sends each unit where the flag says, and keeps an anonymous one there until the flag moves it', async () => {
    const { it, url, one, two } = await stage(1);
    const first = await ask(url, '/items');
    expect(first).toMatchObject({ status: 200, body: 'two' });
    const cookie = first.headers['set-cookie']![0]!.split(';')[0]!;
    expect((await ask(url, '/items', { headers: { cookie } })).headers['set-cookie']).toBeUndefined();
    await it.publish(engine(one.url, two.url, 0));
    expect(await ask(url, '/items', { headers: { cookie } })).toMatchObject({ status: 200, body: 'one' });
  });

  test('splits units by the share, each to the same side every time', async () => {
    const { url } = await stage(0.5);
    const units = Array.from({ length: 40 }, (_, at) => `ombre_unit=unit-${String(at).padStart(16, '0')}`);
    const side = async (cookie: string) => (await ask(url, '/', { headers: { cookie } })).body;
    const sides = await Promise.all(units.map(side));
    expect(new Set(sides)).toEqual(new Set(['one', 'two']));
    expect(await Promise.all(units.map(side))).toEqual(sides);
  });

  test('refuses what a rule denies or throttles, and goes on without a decision when nobody decides', async () => {
    const { it, url, one, two } = await stage(0);
    const [flag, ...others] = engine(one.url, two.url, 0);
    const acting = (action: object) => [
      {
        ...flag!,
        body: {
          ...(flag!.body as object),
          rules: [{ id: 'act', action, serve: { variant: 'v1' } }],
        } as never,
      },
      ...others,
    ];
    await it.publish(acting({ deny: true }));
    expect((await ask(url)).status).toBe(403);
    await it.publish(acting({ throttle: 0.001 }));
    await ask(url);
    const slowed = await ask(url);
    expect([slowed.status, Number(slowed.headers['retry-after']) > 0]).toEqual([429, true]);
    await it.close();
    expect(await ask(url)).toMatchObject({ status: 200, body: 'one' });
  });
});
