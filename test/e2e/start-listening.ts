import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that said where it listens. */
export interface Running {
  readonly url: string;
  /** Where a gateway publishes metrics. */
  readonly adminUrl?: string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a program and waits for the line of JSON that says where it listens. */
export function startListening(words: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, words, { stdio: 'pipe' });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints += text;
  });
  return new Promise((done, failed) => {
    child.once('exit', () => failed(new Error(`${words.join(' ')} ended:\n${complaints}`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      done({
        ...(JSON.parse(line) as { url: string; adminUrl?: string }),
        end: (signal) => end(child, signal),
      });
    });
  });
}

/** Gives the signal and waits for the end; one that has ended is let be. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await ended;
}
