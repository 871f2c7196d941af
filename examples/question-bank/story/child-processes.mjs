// Programs that belong to a story: each a process of its own, ended by its id, none left behind.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const here = import.meta.dirname;
export const root = join(here, '..', '..', '..');
const ombre = join(root, 'packages', 'cli', 'bin', 'ombre.js');

/** Starts programs whose complaints go to a file; `stopAll` ends them in the opposite order. */
export function createChildren(logFile) {
  const log = createWriteStream(logFile);
  const children = [];
  const running = [];
  let stopping = false;

  /** A program that runs until it is stopped. `lines` gets what it prints; without, it prints where we do. */
  function start(name, words, lines) {
    const child = spawn(process.execPath, words, {
      cwd: root,
      stdio: ['pipe', lines === undefined ? 'inherit' : 'pipe', 'pipe'],
    });
    let complaints = '';
    child.stderr.on('data', (text) => {
      complaints = (complaints + text).slice(-4_000);
      log.write(`[${name}] ${text}`);
    });
    // Whoever ended no longer reads.
    child.stdin.on('error', () => {});
    if (lines !== undefined) createInterface({ input: child.stdout }).on('line', lines);
    const ended = new Promise((done) => child.once('exit', done));
    const one = { name, child, ended, complaints: () => complaints };
    children.push(one);
    running.push(one);
    return one;
  }

  /** Starts a program and waits for the line of JSON that says where it listens. */
  function startListening(name, words) {
    return new Promise((done, failed) => {
      const one = start(name, words, (line) => done({ ...JSON.parse(line), pid: one.child.pid }));
      one.ended.then(() => failed(new Error(`${name} ended:\n${one.complaints()}`)));
    });
  }

  return {
    start,
    startListening,
    get stopping() {
      return stopping;
    },
    /** The first of the programs that should run on and do not. */
    firstToEnd: () => Promise.race(running.map((one) => one.ended.then(() => one))),
    service: (name, port) =>
      startListening(name, [join(here, '..', 'judge-service.mjs'), name, String(port)]),
    /** A command of `ombre` that runs until it is stopped, and ends with us. */
    ombre: (name, words, lines) =>
      start(name, ['--import', join(here, 'end-with-parent.mjs'), ombre, ...words], lines),
    gateway: (name, words) =>
      startListening(name, [
        '--import',
        join(here, 'end-with-parent.mjs'),
        ombre,
        'gateway',
        '--json',
        ...words,
      ]),
    traffic: (words, lines) => start('traffic', [join(here, 'send-traffic.mjs'), ...words], lines),
    /** Runs a command of `ombre` to its end, on this terminal; answers what it ended with. */
    run(words) {
      const child = spawn(process.execPath, [ombre, ...words], { cwd: root, stdio: 'inherit' });
      const ended = new Promise((done) => child.once('exit', done));
      children.push({ name: words[0], child, ended });
      return ended;
    },
    async stopAll() {
      stopping = true;
      for (const { child, ended } of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), 8_000);
        await ended;
        clearTimeout(late);
      }
      log.end();
    },
  };
}

/** The port if nobody listens there, else 0: any. */
export function portOr(wanted) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(0));
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => done(wanted)));
  });
}
