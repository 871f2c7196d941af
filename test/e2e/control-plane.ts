import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { freePort } from '../free-port.ts';

const root = join(import.meta.dirname, '..', '..');
const ombre = join(root, 'packages', 'cli', 'bin', 'ombre.js');

export interface ControlPlane {
  readonly url: string;
  readonly token: string;
  /** A copy of the example that the control plane watches. */
  readonly directory: string;
  readonly dataDirectory: string;
  /** What it printed since it was started the first time. */
  readonly welcome: string;
  /** Runs a command of the command line against it, from the folder of the data directory. */
  run(...words: readonly string[]): Promise<{ status: number | null; out: string; err: string }>;
  /** SIGTERM, then waits for the end; answers the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  /** Stops it where it is, as a machine that sleeps. */
  sleep(): void;
  wake(): void;
  /** Starts it again on the same port, directory and data. */
  restart(): Promise<void>;
  remove(): void;
}

/** Runs `ombre up` as a user would, on a copy of an example, or of a folder by its path, in a temporary folder and on a free port. */
export async function startControlPlane(
  example = 'question-bank',
  options: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-e2e-'));
  const directory = join(folder, basename(example));
  const dataDirectory = join(folder, '.ombre');
  cpSync(resolve(root, 'examples', example), directory, {
    recursive: true,
    filter: (path) => !path.includes('.ombre'),
  });
  const port = String(await freePort());
  let welcome = '';
  let child = await up();
  const listening = JSON.parse(readFileSync(join(dataDirectory, 'listening.json'), 'utf8')) as {
    url: string;
  };

  async function up(): Promise<ChildProcess> {
    rmSync(join(dataDirectory, 'listening.json'), { force: true });
    const words = [ombre, 'up', directory, '--data-dir', dataDirectory, '--port', port, ...options];
    const started = spawn(process.execPath, words, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let said = '';
    started.stdout?.on('data', (text: Buffer) => {
      said += text;
      welcome += text;
    });
    started.stderr?.on('data', (text: Buffer) => {
      said += text;
    });
    const deadline = Date.now() + 60_000;
    while (!existsSync(join(dataDirectory, 'listening.json'))) {
      if (started.exitCode !== null) throw new Error(`ombre up ended with ${started.exitCode}:\n${said}`);
      if (Date.now() > deadline) throw new Error(`ombre up does not listen:\n${said}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
    return started;
  }

  const ended = (): Promise<number | null> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve(child.exitCode)
      : new Promise((done) => child.once('exit', (code) => done(code)));

  return {
    url: listening.url,
    token: readFileSync(join(dataDirectory, 'write-token'), 'utf8').trim(),
    directory,
    dataDirectory,
    get welcome() {
      return welcome;
    },
    run: (...words) => runProcess(process.execPath, [ombre, ...words], { cwd: folder }),
    async stop() {
      child.kill('SIGTERM');
      return await ended();
    },
    async kill() {
      child.kill('SIGKILL');
      await ended();
    },
    sleep: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    async restart() {
      child = await up();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a program to its end with a text as its standard input. */
export function runProcess(
  command: string,
  words: readonly string[],
  options: {
    readonly cwd?: string;
    readonly input?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** Milliseconds after which it is told to end. */
    readonly timeout?: number;
  } = {},
): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((done, failed) => {
    const { cwd, env = process.env, timeout } = options;
    const child = spawn(command, words, { cwd, env, timeout, stdio: 'pipe' });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => {
      out += text;
    });
    child.stderr.on('data', (text: Buffer) => {
      err += text;
    });
    child.on('error', failed);
    child.on('close', (status) => done({ status, out, err }));
    child.stdin.end(options.input ?? '');
  });
}
