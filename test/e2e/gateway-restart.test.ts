import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

const ombre = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ombre.js');
const NGINX = 'nginx';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const until = <T>(wanted: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(wanted, { timeout: 30_000, interval: 50 });

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ombre-restart-'));
  ends.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Resources that route everything to a service which answers the length of what it was sent, after a few milliseconds. */
async function environment(): Promise<string> {
  const service = createServer((asked, answer) => {
    let length = 0;
    asked.on('data', (piece: Buffer) => {
      length += piece.length;
    });
    asked.on('end', () => setTimeout(() => answer.end(`${length}`), 5));
  });
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  ends.push(() => {
    service.closeAllConnections();
    service.close();
  });
  const made = folder();
  const { port } = service.address() as AddressInfo;
  writeFileSync(
    join(made, 'flags.yaml'),
    `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: engine }
spec: { type: string, variants: { v1: one }, default: v1, off: v1 }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: one }
spec: { endpoints: [{ url: 'http://127.0.0.1:${port}' }] }
`,
  );
  return made;
}

interface Gateway {
  readonly url: string;
  /** As an operator does it; answers the exit code. */
  stop(): Promise<number | null>;
}

/** A gateway of its own process; `fd` becomes its descriptor 3. */
async function startGateway(resources: string, listen: string, fd?: number): Promise<Gateway> {
  const child: ChildProcess = spawn(
    process.execPath,
    [ombre, 'gateway', '--flag', 'engine', '--source', `dir:${resources}`, '--listen', listen, '--json'],
    { stdio: ['ignore', 'pipe', 'pipe', fd ?? 'ignore'] },
  );
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  ends.push(stop);
  let said = '';
  child.stdout?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  child.stderr?.on('data', () => {});
  return { ...(await until(() => JSON.parse(said) as { url: string })), stop };
}

interface Handle {
  readonly fd: number;
  getsockname(name: { port?: number }): void;
  close(): void;
}

/** A socket that nobody here accepts from, as systemd holds one. Node has no documented way to one; its cluster module uses this. */
function heldSocket(): { readonly fd: number; readonly port: number } {
  const { _createServerHandle } = net as unknown as {
    readonly _createServerHandle: (host: string, port: number, family: 4) => Handle;
  };
  const handle = _createServerHandle('127.0.0.1', 0, 4);
  ends.push(() => handle.close());
  const name: { port?: number } = {};
  handle.getsockname(name);
  return { fd: handle.fd, port: name.port ?? 0 };
}

/** Asks on many kept connections without a pause, every third time with a body, until told to stop. */
function load(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const told = { answered: 0, failures: [] as string[] };
  let running = true;
  const once = (body: string | undefined): Promise<void> =>
    new Promise((done) => {
      const failed = (why: string): void => {
        told.failures.push(`${body === undefined ? 'GET' : 'POST'}: ${why}`);
        done();
      };
      const sent = request(
        { port, host: '127.0.0.1', agent, method: body === undefined ? 'GET' : 'POST' },
        (answer) => {
          let text = '';
          answer.on('data', (piece: Buffer) => {
            text += piece.toString();
          });
          answer.on('error', (error) => failed(error.message));
          answer.on('end', () => {
            if (answer.statusCode !== 200 || text !== `${body?.length ?? 0}`) {
              failed(`${answer.statusCode} ${text.slice(0, 100)}`);
              return;
            }
            told.answered += 1;
            done();
          });
        },
      );
      sent.on('error', (error) => failed(error.message));
      sent.end(body);
    });
  const loops = Array.from({ length: 16 }, async (_, lane) => {
    for (let turn = lane; running; turn++) await once(turn % 3 === 0 ? 'x'.repeat(2_000) : undefined);
  });
  return {
    told,
    /** Waits for so many more answers. */
    more: (answers: number): Promise<void> => {
      const wanted = told.answered + answers;
      return until(() => expect(told.answered).toBeGreaterThan(wanted));
    },
    async stop() {
      running = false;
      await Promise.all(loops);
      agent.destroy();
    },
  };
}

test.skipIf(process.platform === 'win32')(
  'drops no request when the next gateway takes over the listening socket, three times',
  async () => {
    const resources = await environment();
    const { fd, port } = heldSocket();
    let serving = await startGateway(resources, 'fd:3', fd);
    expect(serving.url).toBe(`http://127.0.0.1:${port}`);
    const clients = load(port);
    for (let restart = 0; restart < 3; restart++) {
      await clients.more(200);
      const next = await startGateway(resources, 'fd:3', fd);
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
    const first = await startGateway(resources, 'fd:3', fd);
    const clients = load(port);
    await clients.more(200);
    expect(await first.stop()).toBe(0);
    await startGateway(resources, 'fd:3', fd);
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
      await startGateway(resources, '127.0.0.1:0'),
      await startGateway(resources, '127.0.0.1:0'),
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
  const holder = net.createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  const { port } = holder.address() as AddressInfo;
  await new Promise((done) => holder.close(done));
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
  ends.push(() => {
    child.kill('SIGTERM');
    return ended;
  });
  await until(() => fetch(`http://127.0.0.1:${port}`));
  return { port };
}
