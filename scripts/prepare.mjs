// Brings a checkout to the point where it can run: dependencies as the lock file says, sources compiled.
// Each step is skipped when nothing it depends on has changed, so a second start takes a second.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
const stampFile = join(root, 'node_modules', '.ombre-install');
const lockFile = join(root, '.cache', 'prepare.lock');

/** @param {'start' | 'full'} extent `start` leaves out what only tests and checks need. */
export function prepare(extent) {
  requireNode(20, 19);
  const release = lock();
  try {
    install(extent);
    run('compile', [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  } finally {
    release();
  }
}

function requireNode(major, minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Ombre needs Node ${major}.${minor} or newer; this is ${process.versions.node}.`);
}

function install(extent) {
  const lockText = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256')
    .update(lockText)
    .update(process.platform)
    .update(process.arch)
    .digest('hex');
  const have = readText(stampFile);
  if (have === `${digest} full` || (extent === 'start' && have === `${digest} start`)) return;
  process.stderr.write('ombre: installing dependencies (once; about a quarter of a minute) …\n');
  const npm = process.env.npm_execpath;
  const words = [
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    extent === 'full' ? '--include=dev' : '--omit=dev',
  ];
  if (npm === undefined) run('install', words, 'npm');
  else run('install', [npm, ...words]);
  writeFileSync(stampFile, `${digest} ${extent}`);
}

/** Two starts at once would build into each other: the second waits. A lock whose holder died is taken over. */
function lock() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const deadline = Date.now() + 300_000;
  for (;;) {
    try {
      const file = openSync(lockFile, 'wx');
      writeFileSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readText(lockFile));
    if (holder > 0 && !alive(holder)) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (Date.now() > deadline)
      fail(`another preparation (process ${holder}) has held ${lockFile} for five minutes`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function run(step, words, command = process.execPath) {
  const done = spawnSync(command, words, { cwd: root, stdio: ['ignore', 2, 2], shell: command === 'npm' });
  if (done.status !== 0) fail(`could not ${step}: see the lines above`);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function fail(message) {
  process.stderr.write(`ombre: ${message}\n`);
  process.exit(1);
}
