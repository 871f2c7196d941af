import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { until } from '../until.ts';

const ombre = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ombre.js');

export interface GatewayProcess {
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
  /** Settles with the exit code. */
  readonly ended: Promise<number | null>;
  /** What it wrote on stderr so far. */
  said(): string;
  /** As an operator does it; answers the exit code. */
  stop(): Promise<number | null>;
}

interface Handle {
  readonly fd: number;
  getsockname(name: { port?: number }): void;
  close(): void;
}

function onlyOne(url: string): string {
  return `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: engine }
spec: { type: string, variants: { v1: one }, default: v1, off: v1 }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: one }
spec: { endpoints: [{ url: '${url}' }] }
`;
}

/** Gateways as processes of their own, a service behind them and clients before them. All of it ends with the test. */
export function createGatewayStage() {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'ombre-gateway-'));
    ends.push(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }

  /** A folder of resources whose upstreams are a service that answers the length of what it was sent, after a few milliseconds. */
  async function environment(resources = onlyOne): Promise<string> {
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
    writeFileSync(join(made, 'flags.yaml'), resources(`http://127.0.0.1:${port}`));
    return made;
  }

  /** Runs `ombre gateway`; `fd` becomes its descriptor 3. */
  function launch(words: readonly string[], fd?: number) {
    const child: ChildProcess = spawn(
      process.execPath,
      [ombre, 'gateway', '--flag', 'engine', '--json', ...words],
      {
        stdio: ['ignore', 'pipe', 'pipe', fd ?? 'ignore'],
      },
    );
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    const stop = (): Promise<number | null> => {
      child.kill('SIGTERM');
      return ended;
    };
    ends.push(stop);
    let [out, said] = ['', ''];
    child.stdout?.on('data', (text: Buffer) => {
      out += text.toString();
    });
    child.stderr?.on('data', (text: Buffer) => {
      said += text.toString();
    });
    return { pid: child.pid ?? 0, ended, stop, said: () => said, out: () => out };
  }

  /** A gateway of its own process, once it serves. `source`: a folder or the address of a control plane. */
  async function startGateway(
    source: string,
    listen: string,
    more: readonly string[] = [],
    fd?: number,
  ): Promise<GatewayProcess> {
    const from = source.startsWith('http:') ? source : `dir:${source}`;
    const running = launch(['--source', from, '--listen', listen, ...more], fd);
    const told = await until(() => JSON.parse(running.out()) as { url: string; adminUrl: string });
    return { ...told, ...running };
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

  return {
    environment,
    folder,
    heldSocket,
    launch,
    later: (end: () => unknown) => void ends.push(end),
    startGateway,
  };
}

/** Asks on many kept connections without a pause, every third time with a body, until told to stop. */
export function load(port: number, lanes = 16) {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const told = { sent: 0, answered: 0, failures: [] as string[] };
  /** Connections that were lost while a request was under way on them. */
  const lost = new Set<Socket>();
  let running = true;
  const once = (body: string | undefined): Promise<void> =>
    new Promise((done) => {
      told.sent += 1;
      const method = body === undefined ? 'GET' : 'POST';
      const failed = (why: string): void => {
        told.failures.push(`${method}: ${why}`);
        if (sent.socket !== null) lost.add(sent.socket);
        done();
      };
      const sent = request({ port, host: '127.0.0.1', agent, method }, (answer) => {
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
      });
      sent.on('error', (error) => failed(error.message));
      sent.end(body);
    });
  const loops = Array.from({ length: lanes }, async (_, lane) => {
    for (let turn = lane; running; turn++) await once(turn % 3 === 0 ? 'x'.repeat(2_000) : undefined);
  });
  return {
    told,
    lost,
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
