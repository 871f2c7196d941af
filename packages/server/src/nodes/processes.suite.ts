import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Fetch, type ReleaseView } from '@ombre/protocol';
import { afterAll, afterEach } from 'vitest';
import { startServer } from '../main.ts';
import type { RunningServer } from '../running-server.ts';
import type { ServerOptions } from '../server-options.ts';

export const ENVIRONMENT = 'shop/live';

/** A process of the control plane, in this process. */
export interface Process extends RunningServer {
  readonly client: Client;
  /** Asks for the release `r` until it stands so. */
  until(is: (view: ReleaseView) => boolean): Promise<ReleaseView>;
}

/** Processes that meet in one database, each with a folder of its own; who still runs at a test's end is closed. */
export interface Processes {
  start(name: string, database: string, more?: Partial<ServerOptions>): Promise<Process>;
  /** A folder beside the others; a process's data is in the one of its name. */
  folderOf(name: string): string;
  /** Something else to end after the test, before what was started earlier. */
  closing(end: () => unknown): void;
}

export function openProcesses(): Processes {
  let folder: string | undefined;
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });
  const folderOf = (name: string): string => {
    folder ??= mkdtempSync(join(tmpdir(), 'ombre-processes-'));
    const made = join(folder, name);
    mkdirSync(made, { recursive: true });
    return made;
  };
  return {
    folderOf,
    async start(name, database, more = {}) {
      const server = await startServer({
        dataDirectory: folderOf(name),
        database,
        environment: ENVIRONMENT,
        port: 0,
        ...more,
      });
      let closed: Promise<void> | undefined;
      const close = (): Promise<void> => (closed ??= server.close());
      ends.push(close);
      const client = createClient({
        url: server.url,
        token: server.writeToken,
        fetch: fetch as unknown as Fetch,
      });
      return {
        ...server,
        close,
        client,
        async until(is) {
          for (;;) {
            const answer = await client.release('r');
            if (answer.ok && is(answer.value)) return answer.value;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        },
      };
    },
    closing: (end) => void ends.push(end),
  };
}
