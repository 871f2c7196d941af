import { join } from 'node:path';
import { startServer } from '@ombre/server';
import * as server from '@openfeature/server-sdk';
import { expect, test } from 'vitest';
import { examplesIn, lengthOf, runExample } from '../../../test/run-example.ts';
import * as sdk from './index.ts';
import { cleanUp, writeFlags } from './testing.suite.ts';

const examples = examplesIn(new URL('../README.md', import.meta.url));
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

/** What an example prints against a control plane at that address. */
async function run(example: string, url: string): Promise<readonly unknown[]> {
  const modules = { '@ombre/sdk': sdk, '@openfeature/server-sdk': server };
  const places = { 'http://127.0.0.1:7171': url, '.ombre-state': join(folder(), 'state') };
  return (await runExample(example, modules, places)).flat();
}

test('the README shows two ways in, each shorter than thirty lines', () => {
  expect(examples.map((example) => lengthOf(example) < 30)).toEqual([true, true]);
});

test('what the README shows runs against a control plane', async () => {
  const directory = folder();
  writeFlags(directory, RELEASED);
  const running = await startServer({ directory, dataDirectory: folder(), database: 'memory:', port: 0 });
  later(() => running.close());
  expect((await run(examples[0] ?? '', running.url)).slice(0, 2)).toEqual(['judge-v2', 'rule']);
  expect(await run(examples[1] ?? '', running.url)).toEqual(['judge-v2']);
});
