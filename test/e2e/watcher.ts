import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Seen {
  readonly event: string;
  readonly value: unknown;
  readonly reason: string;
  readonly status: string;
  readonly revision?: number;
}

export interface Watcher {
  readonly seen: readonly Seen[];
  /** The first line, past or to come, that the test is after; rejects with all lines after ten seconds. */
  until(wanted: (seen: Seen) => boolean): Promise<Seen>;
  ask(): Promise<Seen>;
  kill(): Promise<void>;
  close(): Promise<number | null>;
}

/** Another process that uses the SDK as an application would. */
export function startWatcher(...words: readonly string[]): Watcher {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'watcher.mjs'), ...words], {
    stdio: 'pipe',
  });
  const seen: Seen[] = [];
  const waiting = new Set<() => void>();
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(JSON.parse(line) as Seen);
    for (const wake of waiting) wake();
  });
  const ended = new Promise<number | null>((done) => child.once('exit', done));

  function until(wanted: (seen: Seen) => boolean, from = 0): Promise<Seen> {
    return new Promise((done, failed) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        failed(new Error(`not seen:\n${seen.map((one) => JSON.stringify(one)).join('\n')}\n${complaints}`));
      }, 60_000);
      function look(): void {
        const found = seen.slice(from).find(wanted);
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        done(found);
      }
      waiting.add(look);
      look();
    });
  }

  return {
    seen,
    until: (wanted) => until(wanted),
    ask() {
      const from = seen.length;
      child.stdin.write('?\n');
      return until((one) => one.event === 'asked', from);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async close() {
      child.stdin.end();
      return await ended;
    },
  };
}
