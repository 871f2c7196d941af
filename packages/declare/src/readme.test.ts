import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as declare from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, loop = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
const [, printed = ''] = /```text\n([\s\S]*?)\n```/.exec(readme) ?? [];

interface Loop {
  onSave(
    files: readonly declare.SourceFile[],
    apply: (environment: string, resources: unknown) => void,
  ): Record<string, unknown>;
  exported(): string;
}

function run(): Loop {
  const body = loop
    .replace(/import (\{[^}]*\}) from '@ombre\/declare';/, 'const $1 = declare;')
    .replaceAll('export ', '');
  return new Function('declare', `${body}\nreturn { onSave, exported };`)(declare) as Loop;
}

const vocabulary = {
  path: 'vocabulary.yaml',
  text: `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: shop }
spec:
  attributes:
    user.tier: { type: string }
    user.age: { type: int }
`,
};
const project = { path: 'ombre.yaml', text: 'project: shop\nenvironment: production\n' };
const price = (when: string, share: number) => ({
  path: 'price.yaml',
  text: `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: price }
spec:
  type: string
  variants: { old: v1, new: v2 }
  default: old
  off: old
  rules:
    - id: vip
      when: '${when}'
      serve: { share: ${share}, variant: new }
`,
});

describe('the README', () => {
  test('lists every entry of the package', () => {
    const missing = Object.keys(declare).filter((name) => !new RegExp(`\`${name}\\b`).test(readme));
    expect(missing).toEqual([]);
  });

  test('shows a host loop of at most thirty lines that applies what is right and refuses what is wrong', () => {
    expect(loop.trim().split('\n').length).toBeLessThanOrEqual(30);
    const { onSave, exported } = run();
    const applied: string[] = [];
    const save = (when: string, share: number) =>
      onSave([project, vocabulary, price(when, share)], (environment) => applied.push(environment));

    expect(save('user.tier == "L5"', 0.1)).toMatchObject({
      report: '',
      applied: true,
      changed: ['Flag/price', 'Vocabulary/shop'],
    });
    expect(save('user.tier == "L5"', 0.25)).toMatchObject({
      changed: ['Flag/price'],
      moves: [{ flag: 'price', share: 0.15, basis: 'computed' }],
    });
    const refused = save('user.age >= 18 && user.teir == "L5"', 0.5);
    expect(refused).toEqual({ applied: false, report: printed });
    expect(applied).toEqual(['shop/production', 'shop/production']);

    const again = declare.parseSources([{ path: 'export.yaml', text: exported() }]);
    expect(again.issues).toEqual([]);
    expect(again.declared.resources).toHaveLength(2);
  });
});
