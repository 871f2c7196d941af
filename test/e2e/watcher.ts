import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { until } from '../until.ts';

export interface Seen {
  readonly event: string;
  readonly value: unknown;
  readonly reason: string;
  readonly status: string;
  readonly revision?: number;
}

export interface Watcher {
  readonly seen: readonly Seen[];
  /** The first line, past or to come, that the test is after; rejects with all lines after a minute. */
  until(wanted: (seen: Seen) => boolean): Promise<Seen>;
  ask(): Promise<Seen>;
  kill(): Promise<void>;
  close(): Promise<number | null>;
}

/**
 * Waits until a state directory can be started from. No decision waits for the disk: `ready` is said before, and whoever is killed
 * in between finds nothing. The environment's name is written last.
 */
export async function saved(stateDirectory: string): Promise<void> {
  await until(() =>
    expect(readdirSync(join(stateDirectory, '.sources'))).toEqual([expect.not.stringMatching(/tmp$/)]),
  );
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

  function find(wanted: (seen: Seen) => boolean, from = 0): Promise<Seen> {
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
    until: (wanted) => find(wanted),
    ask() {
      const from = seen.length;
      child.stdin.write('?\n');
      return find((one) => one.event === 'asked', from);
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
