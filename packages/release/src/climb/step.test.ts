import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { playTrace } from './trace.suite.ts';

const folder = new URL('./traces/', import.meta.url);
const names = readdirSync(folder).sort();

/** `REWRITE=1 npx vitest run packages/release` writes what happens now; read the difference before keeping it. */
const rewrite = process.env.REWRITE === '1';

describe('the machine', () => {
  for (const name of names) {
    const file = new URL(name, folder);
    const text = readFileSync(file, 'utf8');
    test(`plays ${name.replace('.txt', '').replaceAll('-', ' ')}`, () => {
      const played = playTrace(text);
      if (rewrite) writeFileSync(file, played);
      else expect(played).toBe(text);
    });

    test(`is not moved by confirmations that come twice in ${name}`, () => {
      const states = (played: string) => played.split('\n').filter((line) => line.startsWith('='));
      expect(states(playTrace(text, { twice: true }))).toEqual(states(playTrace(text)));
    });
  }
});
