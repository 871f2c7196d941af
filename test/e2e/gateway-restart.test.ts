import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { createGatewayStage, load } from './gateway-stage.ts';

const NGINX = 'nginx';
const { environment, folder, heldSocket, later, startGateway } = createGatewayStage();

test.skipIf(process.platform === 'win32')(
  'drops no request when the next gateway takes over the listening socket, three times',
  async () => {
    const resources = await environment();
    const { fd, port } = heldSocket();
    let serving = await startGateway(resources, 'fd:3', [], fd);
    expect(serving.url).toBe(`http://127.0.0.1:${port}`);
    const clients = load(port);
    for (let restart = 0; restart < 3; restart++) {
      await clients.more(200);
      const next = await startGateway(resources, 'fd:3', [], fd);
      expect(await serving.stop()).toBe(0);
      serving = next;
    }
    await clients.more(200);
    await clients.stop();
    expect(clients.told.failures).toEqual([]);
  },
);

test.skipIf(process.platform === 'win32')(
  'lets requests wait in the listening socket while no gateway is there',
  async () => {
    const resources = await environment();
    const { fd, port } = heldSocket();
    const first = await startGateway(resources, 'fd:3', [], fd);
    const clients = load(port);
    await clients.more(200);
    expect(await first.stop()).toBe(0);
    await startGateway(resources, 'fd:3', [], fd);
    await clients.more(200);
    await clients.stop();
    expect(clients.told.failures).toEqual([]);
  },
);

const missing = spawnSync(NGINX, ['-v']).error === undefined ? '' : ' (skipped: Debian package nginx)';
test.skipIf(missing !== '')(
  `drops no request when two gateways behind nginx are restarted one after the other${missing}`,
  async () => {
    const resources = await environment();
    const gateways = [
      await startGateway(resources, `127.0.0.1:${await freePort()}`),
      await startGateway(resources, `127.0.0.1:${await freePort()}`),
    ];
    const hosts = gateways.map(({ url }) => new URL(url).host);
    const { port } = await nginxBefore(hosts);
    const clients = load(port);
    for (const [at, host] of hosts.entries()) {
      await clients.more(300);
      expect(await gateways[at]!.stop()).toBe(0);
      gateways[at] = await startGateway(resources, host);
    }
    await clients.more(300);
    await clients.stop();
    expect(clients.told.failures).toEqual([]);
  },
);

async function nginxBefore(hosts: readonly string[]): Promise<{ readonly port: number }> {
  const made = folder();
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${made}/${name};`,
  );
  mkdirSync(join(made, 'logs'));
  const file = join(made, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${made}/pid; error_log ${made}/error.log;
events { worker_connections 512; }
http { access_log off; ${temporary.join(' ')}
upstream ombre { ${hosts.map((host) => `server ${host} max_fails=0;`).join(' ')} keepalive 32; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://ombre; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
`,
  );
  const child = spawn(NGINX, ['-p', made, '-c', file, '-e', join(made, 'error.log')], { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  later(() => {
    child.kill('SIGTERM');
    return ended;
  });
  await until(() => fetch(`http://127.0.0.1:${port}`));
  return { port };
}
