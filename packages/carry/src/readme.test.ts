import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as decide from '@ombre/decide';
import { expect, test } from 'vitest';
import { examplesIn, lengthOf, runExample } from '../../../test/run-example.ts';
import * as carry from './index.ts';

const [loop = ''] = examplesIn(new URL('../README.md', import.meta.url));

const FLAG = `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: banner }
spec: { type: boolean, variants: { on: true, off: false }, default: on, off: off }
`;

test('the host loop of the README is short and runs', async () => {
  expect(lengthOf(loop)).toBeLessThan(30);
  const root = mkdtempSync(join(tmpdir(), 'ombre-carry-readme-'));
  try {
    writeFileSync(join(root, 'flags.yaml'), FLAG);
    const modules = { '@ombre/carry': carry, '@ombre/decide': decide };
    const folders = { './flags': root, '.ombre-state': join(root, '.state') };
    expect((await runExample(loop, modules, folders))[0]).toEqual([true]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
