/**
 * One change to 1,000 receivers on real sockets in four processes or more: milliseconds from the commit to the activation in the
 * receiver, and bytes of the stream for each change. Run: npx tsc -b bench && node bench/dist/fanout.js
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReceiver, openSource } from '@ombre/carry';
import { createClient, type Fetch } from '@ombre/protocol';
import { startServer } from '@ombre/server';
import { quantile } from './quantile.ts';

const RECEIVERS = Number(process.env.RECEIVERS ?? 1000);
const PROCESSES = Number(process.env.PROCESSES ?? 4);
const CHANGES = Number(process.env.CHANGES ?? 20);
const FLAGS = 100;

/** Milliseconds on a clock that processes of one machine share, finer than a millisecond. */
const now = (): number => performance.timeOrigin + performance.now();

const [role, url, key, count] = process.argv.slice(2);
if (role === 'receive') await receive(url as string, key as string, Number(count));
else await measure();

async function receive(source: string, pem: string, receivers: number): Promise<void> {
  const opened = Array.from({ length: receivers }, (_, index) =>
    openReceiver({ source: openSource(source), keys: [pem], receiver: `${process.pid}-${index}` }),
  );
  await Promise.all(opened.map((receiver) => receiver.started));
  for (const receiver of opened) {
    receiver.subscribe((event) => {
      if (event.type === 'changed') process.send?.({ revision: receiver.head?.revision, at: now() });
    });
  }
  process.send?.({ ready: opened.filter((receiver) => receiver.status === 'ready').length });
  process.on('disconnect', () => process.exit());
}

interface Activated {
  readonly revision: number;
  readonly at: number;
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-fanout-'));
  const server = await startServer({ dataDirectory: folder, port: 0 });
  const client = createClient({
    url: server.url,
    token: server.writeToken,
    fetch: fetch as unknown as Fetch,
  });
  const children: ChildProcess[] = [];
  const activated: Activated[] = [];
  let wake = (): void => {};
  try {
    const flags = Array.from({ length: FLAGS }, (_, index) => flag(`flag-${index}`));
    const made = await client.apply({ origin: 'api', resources: flags as never });
    if (!made.ok) throw new Error(JSON.stringify(made.failure));
    const stream = await countBytes(`${server.url}/v1/sync/stream`);
    const ready = Array.from({ length: PROCESSES }, () => {
      const pem = server.keys[0]?.pem as string;
      const child = fork(import.meta.filename, ['receive', server.url, pem, String(RECEIVERS / PROCESSES)]);
      children.push(child);
      return new Promise<number>((resolve, reject) => {
        child.on('exit', (code) => reject(new Error(`a process of receivers ended with ${code}`)));
        child.on('message', (message: { ready: number } & Activated) => {
          if (message.ready !== undefined) return resolve(message.ready);
          activated.push(message);
          wake();
        });
      });
    });
    const live = (await Promise.all(ready)).reduce((sum, one) => sum + one, 0);
    console.log(`${live} receivers ready in ${PROCESSES} processes, ${FLAGS} flags`);
    if (live !== RECEIVERS) throw new Error('not all receivers became ready');

    const delays: number[] = [];
    const last: number[] = [];
    const bytes: number[] = [];
    const used: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      activated.length = 0;
      const before = stream.bytes();
      const start = now();
      const processor = process.cpuUsage();
      const kill =
        change % 2 === 0
          ? client.kill(`flag-${change % FLAGS}`)
          : client.unkill(`flag-${(change - 1) % FLAGS}`);
      const answer = await kill;
      if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
      while (activated.length < RECEIVERS)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const times = activated.map(({ at }) => at - start);
      if (change >= 2) {
        delays.push(...times);
        last.push(Math.max(...times));
        bytes.push(stream.bytes() - before);
      }
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const { user, system } = process.cpuUsage(processor);
      used.push((user + system) / 1000);
    }
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    console.log(
      `from the request of a change to its activation: p50 ${ms(quantile(delays, 0.5))}, p99 ${ms(quantile(delays, 0.99))}; the last receiver, median ${ms(quantile(last, 0.5))}`,
    );
    console.log(
      `bytes on the wire for each change and receiver: ${quantile(bytes, 0.5)} (a kill or its lifting, with its framing)`,
    );
    console.log(
      `processor time of the server for each change, acknowledgements included: ${ms(quantile(used, 0.5))}`,
    );
    stream.close();
  } finally {
    for (const child of children) child.kill();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function flag(name: string): object {
  return {
    apiVersion: 'ombre.dev/v1',
    kind: 'Flag',
    metadata: { name },
    spec: {
      type: 'boolean',
      variants: { on: true, off: false },
      default: 'off',
      off: 'off',
      rules: [{ id: 'tenth', serve: { share: 0.1, variant: 'on' } }],
    },
  };
}

/** A stream that is only counted: bytes as the socket received them. */
function countBytes(address: string): Promise<{ bytes: () => number; close: () => void }> {
  return new Promise((resolve, reject) => {
    const asked = get(address, (response) => {
      response.on('data', () => {});
      resolve({ bytes: () => response.socket.bytesRead, close: () => asked.destroy() });
    });
    asked.on('error', reject);
  });
}
