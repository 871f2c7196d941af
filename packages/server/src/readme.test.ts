import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as protocol from '@ombre/protocol';
import { afterAll, expect, test } from 'vitest';
import { examplesIn, lengthOf, runExample } from '../../../test/run-example.ts';
import * as server from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'ombre-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FLAGS = `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: judge }
spec: { attributes: { user.tier: { type: string } } }
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

/** What the first example of a README prints. */
async function run(readme: string, replaced: Readonly<Record<string, string>>) {
  const [example = ''] = examplesIn(new URL(readme, import.meta.url));
  expect(lengthOf(example)).toBeLessThanOrEqual(30);
  return runExample(example, { '@ombre/protocol': protocol, '@ombre/server': server }, replaced);
}

test("what this package's README shows runs", async () => {
  const directory = join(folder, 'flags');
  mkdirSync(directory);
  writeFileSync(join(directory, 'flags.yaml'), FLAGS);
  const printed = await run('../README.md', {
    './flags': directory,
    './.ombre': join(folder, 'data'),
    '7171': '0',
  });
  expect(printed[0]?.slice(1)).toEqual(['default/default', 1]);
  expect(printed[1]).toEqual(['judge-v2']);
});

test("what the protocol's README shows runs against a control plane", async () => {
  const directory = join(folder, 'two');
  mkdirSync(directory);
  writeFileSync(join(directory, 'flags.yaml'), FLAGS);
  writeFileSync(join(directory, 'ombre.yaml'), 'project: judge\nenvironment: production\n');
  const running = await server.startServer({
    directory,
    dataDirectory: join(folder, 'data2'),
    database: 'memory:',
    port: 0,
  });
  try {
    const printed = await run('../../protocol/README.md', {
      'http://127.0.0.1:7171': running.url,
      'WRITE-TOKEN': running.writeToken,
    });
    expect(printed.flat()).toEqual(['judge/production', 'resync', 'delta', true]);
  } finally {
    await running.close();
  }
});
