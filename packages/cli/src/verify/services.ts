import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { CommandEnd, exits } from '../exit.ts';
import type { Service, Suite } from './suite.ts';

export interface RunningServices {
  /** Addresses by name. */
  readonly urls: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Milliseconds a service may take until it answers. */
const START = 30_000;
/** Milliseconds it may take to end when asked, before it is made to. */
const END = 5_000;

/** Starts what is to be started and waits until each service answers; what was started ends with `close`. */
export async function startServices(suite: Suite): Promise<RunningServices> {
  const urls = new Map<string, string>();
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(children.map(end));
  };
  try {
    for (const [name, service] of Object.entries(suite.services)) {
      if ('url' in service) urls.set(name, service.url);
      else urls.set(name, await start(name, service, suite.folder, children));
    }
    return { urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  name: string,
  { command, ready }: Extract<Service, { command: unknown }>,
  folder: string,
  children: ChildProcess[],
): Promise<string> {
  const port = await freePort();
  const [program = '', ...words] = command.map((word) => word.replaceAll('{port}', String(port)));
  const said: string[] = [];
  // Its input is kept open: some services end when whoever started them goes away.
  const child = spawn(program, words, {
    cwd: folder,
    stdio: 'pipe',
    env: { ...process.env, PORT: String(port) },
  });
  children.push(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said.push(piece.toString());
      if (said.length > 50) said.shift();
    });
  }
  let gone: string | undefined;
  child.on('error', (error) => {
    gone = error.message;
  });
  child.on('exit', (code, signal) => {
    gone ??= `it ended with ${code ?? signal}`;
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START;
  while (!(await answers(port, ready === undefined ? undefined : url + ready))) {
    if (gone !== undefined || performance.now() > deadline) {
      const why = gone ?? `it did not answer on port ${port} within ${START / 1000} s`;
      throw new CommandEnd(
        exits.no,
        `service ${name} did not start: ${why}\n${said.join('').trimEnd()}`.trimEnd(),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return url;
}

async function answers(port: number, ready: string | undefined): Promise<boolean> {
  if (ready !== undefined) {
    return fetch(ready, { signal: AbortSignal.timeout(1_000) }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
  }
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), END);
  await gone;
  clearTimeout(force);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
