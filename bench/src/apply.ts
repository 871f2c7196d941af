/**
 * What clients of a control plane feel while 10,000 flags are applied to it: the longest turn of its event loop, and how long OFREP answers took
 * meanwhile. The flags come as a directory of a file each, as one file, as one request to the API, and are then all changed. After this a vocabulary is edited.
 * Run: npx tsc -b bench && node bench/dist/apply.js
 */
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '@ombre/server';
import { type RuleFlag, type RuleOfThree, unlikeFlags } from './evaluate-workloads.ts';
import { quantile } from './quantile.ts';
import { type Turns, watchTurns } from './turn-meter.ts';

const FLAGS = Number(process.env.FLAGS ?? 10_000);
const BODY = JSON.stringify({ context: { targetingKey: 'u1' } });

const [role, directory, data] = process.argv.slice(2);
if (role === 'serve') await serve(directory as string, data as string);
else {
  console.log(
    `${FLAGS} flags                         took   longest turn   of it processor   OFREP meanwhile p50, p99, most`,
  );
  for (const way of ['files', 'file', 'api'] as const) await measure(way);
}

/** The control plane, in a process of its own: says where it is, and of each stretch that it is asked about how long its turns were. */
async function serve(resources: string, dataDirectory: string): Promise<void> {
  const server = await startServer({ directory: resources, dataDirectory, port: 0 });
  let end = watchTurns();
  process.on('message', () => {
    process.send?.({ turns: end() });
    end = watchTurns();
  });
  process.on('disconnect', () => void server.close().then(() => process.exit()));
  process.send?.({ url: server.url, token: server.writeToken });
}

async function measure(way: 'files' | 'file' | 'api'): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-apply-'));
  const resources = join(folder, 'resources');
  mkdirSync(join(resources, 'flags'), { recursive: true });
  const vocabularyFile = join(resources, 'vocabulary.yaml');
  writeFileSync(vocabularyFile, vocabulary('string'));
  writeFileSync(join(resources, 'first.yaml'), text({ name: 'first', rules: [] }, ''));
  const child = fork(import.meta.filename, ['serve', resources, join(folder, 'data')], {
    execArgv: process.execArgv,
  });
  const told = <T>(): Promise<T> =>
    new Promise((resolve) => child.once('message', (said) => resolve(said as T)));
  try {
    const { url, token } = await told<{ url: string; token: string }>();
    const flags = unlikeFlags(FLAGS - 1);
    const agent = new Agent({ keepAlive: true });
    const ask = (name: string) => send(agent, `${url}/ofrep/v1/evaluate/flags/${name}`, 'POST', BODY);

    async function during(
      name: string,
      work: () => Promise<void> | void,
      until: () => Promise<boolean>,
    ): Promise<void> {
      child.send('begin');
      await told();
      const delays: number[] = [];
      const start = performance.now();
      await work();
      for (let done = false; !done; ) {
        for (let i = 0; i < 20; i++) {
          const asked = performance.now();
          if ((await ask('first')).status !== 200) throw new Error('no answer');
          delays.push(performance.now() - asked);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        done = await until();
      }
      const took = performance.now() - start;
      child.send('end');
      const { turns } = await told<{ turns: Turns }>();
      const ms = (value: number) => `${value.toFixed(1)} ms`;
      console.log(
        `${name.padEnd(32)} ${(took / 1000).toFixed(1).padStart(6)} s ${ms(turns.stall).padStart(12)} ${ms(turns.slice).padStart(17)}   ${ms(quantile(delays, 0.5))}, ${ms(quantile(delays, 0.99))}, ${ms(quantile(delays, 1))}`,
      );
      if (process.env.LONG !== undefined)
        console.log(turns.long.map(({ at, slice }) => `${at.toFixed(0)}:${slice.toFixed(1)}`).join(' '));
    }

    const write = (doc: string): void => {
      if (way === 'file')
        writeFileSync(join(resources, 'all.yaml'), flags.map((flag) => text(flag, doc)).join('---\n'));
      else {
        // Beside first, so that it comes as one save.
        mkdirSync(join(folder, doc));
        for (const flag of flags) writeFileSync(join(folder, doc, `${flag.name}.yaml`), text(flag, doc));
        rmSync(join(resources, 'flags'), { recursive: true });
        renameSync(join(folder, doc), join(resources, 'flags'));
      }
    };
    const serves = async (doc: string) => {
      const { status, body } = await ask(flags.at(-1)?.name ?? '');
      return status === 200 && body.includes(doc);
    };
    const post = async (doc: string): Promise<void> => {
      const set = flags.map((flag) => resource(flag, doc));
      const body = JSON.stringify({ origin: 'api', resources: set, why: doc });
      const { status, body: said } = await send(agent, `${url}/v1/apply`, 'POST', body, token);
      if (status !== 200) throw new Error(`${status} ${said.slice(0, 500)}`);
    };
    if (way === 'api') {
      let applied = false;
      const apply = (doc: string) => () => {
        applied = false;
        void post(doc).then(() => {
          applied = true;
        });
      };
      await during('as one request', apply('one'), async () => applied);
      await during('all changed by a request', apply('two'), async () => applied);
      return;
    }
    await during(
      way === 'files' ? 'as a folder of files' : 'as one file',
      () => write('one'),
      () => serves('one'),
    );
    await during(
      'all changed',
      () => write('two'),
      () => serves('two'),
    );
    if (way === 'file')
      await during(
        'one of the file changed',
        () =>
          writeFileSync(
            join(resources, 'all.yaml'),
            flags.map((flag, i) => text(flag, i === flags.length - 1 ? 'three' : 'two')).join('---\n'),
          ),
        () => serves('three'),
      );
    await during(
      'an attribute of the vocabulary',
      () => writeFileSync(vocabularyFile, vocabulary('int')),
      async () => (await send(agent, `${url}/v1/resources/Vocabulary/bench`, 'GET')).body.includes('"int"'),
    );
  } finally {
    child.disconnect();
    await new Promise((resolve) => child.once('exit', resolve));
    rmSync(folder, { recursive: true });
  }
}

function send(
  agent: Agent,
  url: string,
  method: string,
  body = '',
  token?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const asked = request(url, { method, agent, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function vocabulary(spare: string): string {
  const attributes = [
    ...['country', 'plan', 'language', 'device', 'city', 'tag'].map(
      (name) => `    ${name}: { type: string }\n`,
    ),
    ...['age', 'score', 'sessions'].map((name) => `    ${name}: { type: double }\n`),
  ];
  return `apiVersion: ombre.dev/v1\nkind: Vocabulary\nmetadata: { name: bench }\nspec:\n  attributes:\n${attributes.join('')}    spare: { type: ${spare} }\n`;
}

function specOf({ rules }: RuleFlag, doc: string) {
  return {
    type: 'string',
    variants: Object.fromEntries([0, ...rules.map((_, i) => i + 1)].map((i) => [`v${i}`, `${doc} ${i}`])),
    default: 'v0',
    off: 'v0',
    rules: rules.map((rule, i) => ({ id: `r${i}`, when: condition(rule), serve: { variant: `v${i + 1}` } })),
  };
}

function resource(flag: RuleFlag, doc: string) {
  return { apiVersion: 'ombre.dev/v1', kind: 'Flag', metadata: { name: flag.name }, spec: specOf(flag, doc) };
}

/** JSON is YAML too; written over some lines as a person would. */
function text(flag: RuleFlag, doc: string): string {
  const { rules, ...spec } = specOf(flag, doc);
  const lines = rules.map((rule) => `    - ${JSON.stringify(rule)}\n`);
  const fields = Object.entries(spec).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  return `apiVersion: ombre.dev/v1\nkind: Flag\nmetadata: { name: ${flag.name} }\nspec:\n${fields.join('')}${lines.length === 0 ? '' : `  rules:\n${lines.join('')}`}`;
}

function condition({ equal, among, above }: RuleOfThree): string {
  const list = among[1].map((value) => JSON.stringify(value)).join(', ');
  return `${equal[0]} == "${equal[1]}" && ${among[0]} in [${list}] && ${above[0]} > ${above[1]}.0`;
}
