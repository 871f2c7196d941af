import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { quorumOf } from './change.ts';
import { playTrace } from './trace.suite.ts';

const folder = new URL('./traces/', import.meta.url);

/** `REWRITE=1 npx vitest run packages/protocol/src/two-phase` writes what happens now; read the difference before keeping it. */
const rewrite = process.env.REWRITE === '1';

describe('a two-phase change', () => {
  for (const name of readdirSync(folder).sort()) {
    const file = new URL(name, folder);
    const text = readFileSync(file, 'utf8');
    test(`plays ${name.replace('.txt', '').replaceAll('-', ' ')}`, () => {
      const played = playTrace(text);
      if (rewrite) writeFileSync(file, played);
      else expect(played).toBe(text);
    });
  }

  test('needs two thirds of its members, rounded up', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 100].map(quorumOf)).toEqual([0, 1, 2, 2, 3, 4, 4, 5, 6, 7, 67]);
  });
});
