import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as decide from '@ombre/decide';
import { expect, test } from 'vitest';
import * as carry from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

const FLAG = `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: banner }
spec: { type: boolean, variants: { on: true, off: false }, default: on, off: off }
`;

test('the host loop of the README is short and runs', async () => {
  expect(block.trim().split('\n').length).toBeLessThan(30);
  const root = mkdtempSync(join(tmpdir(), 'ombre-carry-readme-'));
  try {
    writeFileSync(join(root, 'flags.yaml'), FLAG);
    const modules: Record<string, object> = { '@ombre/carry': carry, '@ombre/decide': decide };
    const body = block
      .replaceAll(
        /^import (\{.*\}) from '(.*)';$/gm,
        (_, names, from) => `const ${names} = modules['${from}'];`,
      )
      .replaceAll('./flags', root)
      .replaceAll('.ombre-state', join(root, '.state'));
    const printed: unknown[] = [];
    const AsyncFunction = (async () => {}).constructor as new (
      ...text: string[]
    ) => (...all: unknown[]) => Promise<void>;
    await new AsyncFunction('modules', 'console', body)(modules, {
      log: (value: unknown) => printed.push(value),
    });
    expect(printed[0]).toBe(true);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
