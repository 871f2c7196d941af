import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An nginx in the foreground that logs no requests and keeps its clients' connections; `blocks` are of its `http`. */
export function startNginx(folder: string, workers: number, blocks: readonly string[]): ChildProcess {
  mkdirSync(folder);
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    file,
    `daemon off; worker_processes ${workers}; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; ${temporary.join(' ')}
${blocks.join('\n')} }
`,
  );
  return spawn('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'ignore' });
}

/** Seconds of processor that a process and its children have spent, by Linux's `/proc`. */
export function processorTime(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const [id, parent, user, system] = readStat(name) ?? [];
    if (id === pid || parent === pid) ticks += (user ?? 0) + (system ?? 0);
  }
  return ticks / 100;
}

/** Processor time of the whole machine in ticks, by Linux's `/proc`; `taken`: what its host gave to others (steal). */
export function machineTime(): { readonly all: number; readonly taken: number } {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  // The last two, of guests, are counted within the first two.
  const ticks = first.trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), taken: ticks[7] ?? 0 };
}

function readStat(name: string): readonly [number, number, number, number] | undefined {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The program's name may hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [Number(name), Number(fields[1]), Number(fields[11]), Number(fields[12])];
  } catch {
    return undefined;
  }
}
