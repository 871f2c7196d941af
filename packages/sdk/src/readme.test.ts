import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '@ombre/server';
import * as server from '@openfeature/server-sdk';
import { expect, test } from 'vitest';
import * as sdk from './index.ts';
import { cleanUp, writeFlags } from './testing.suite.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const { folder, later } = cleanUp();

const RELEASED = `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: judge }
spec: { attributes: { user.tier: { type: string, given: true } } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: submit-service }
spec:
  type: string
  variants: { v1: judge-v1, v2: judge-v2 }
  default: v1
  off: v1
  rules: [{ id: vip, when: 'user.tier == "L5"', serve: { variant: v2 } }]
`;

/** Runs a block as a module would: its imports are handed in, its addresses are the test's. */
async function run(block: string, url: string): Promise<readonly unknown[]> {
  const modules: Record<string, object> = { '@ombre/sdk': sdk, '@openfeature/server-sdk': server };
  const printed: unknown[] = [];
  const body = block
    .replaceAll(
      /^import (\{.*\}) from '(.*)';$/gm,
      (_, names, from) => `const ${names} = modules['${from}'];`,
    )
    .replaceAll('http://127.0.0.1:7171', url)
    .replaceAll('.ombre-state', join(folder(), 'state'));
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...all: unknown[]) => Promise<void>;
  await new AsyncFunction('modules', 'console', body)(modules, {
    log: (value: unknown) => printed.push(value),
  });
  return printed;
}

test('the README shows two ways in, each shorter than thirty lines', () => {
  expect(blocks.map((block) => block.trim().split('\n').length < 30)).toEqual([true, true]);
});

test('what the README shows runs against a control plane', async () => {
  const directory = folder();
  writeFlags(directory, RELEASED);
  const running = await startServer({ directory, dataDirectory: folder(), database: 'memory:', port: 0 });
  later(() => running.close());
  expect((await run(blocks[0] ?? '', running.url)).slice(0, 2)).toEqual(['judge-v2', 'rule']);
  expect(await run(blocks[1] ?? '', running.url)).toEqual(['judge-v2']);
});
