import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as decide from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the host loop of the README is short and runs', () => {
  const block = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(block.trim().split('\n').length).toBeLessThanOrEqual(30);
  const logged: unknown[] = [];
  const body = block.replaceAll(/^import .*\n/gm, '');
  const run = new Function('createHash', 'decide', 'console', `${body}\nreturn { snapshot, second };`);
  const console = { log: (...values: unknown[]) => logged.push(...values) };
  const { snapshot, second } = run(createHash, decide, console) as {
    readonly snapshot: decide.Snapshot;
    readonly second: decide.Encoded;
  };
  expect(logged[0]).toMatch(/^v[12]$/);
  expect(logged[1]).toMatchObject([{ step: 'rule', name: 'part' }, { step: 'default' }]);
  expect(snapshot.digest).toBe(second.digest);
});
