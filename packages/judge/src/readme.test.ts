import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SubBucketCount } from './index.ts';
import * as judge from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');

/** Runs an example as it is printed and gives back what it exports. */
function run<Exported>(code: string, name: string): Exported {
  const body = code
    .replace(/import (\{[^}]*\}) from '@ombre\/judge';/, 'const $1 = judge;')
    .replace('export ', '');
  return new Function('judge', `${body}\nreturn ${name};`)(judge) as Exported;
}

describe('the README', () => {
  test('lists every entry of the package', () => {
    const missing = Object.keys(judge).filter((name) => !readme.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  test('lists nothing that the package does not have', () => {
    const table = readme.slice(readme.indexOf('## Every entry'));
    const entries = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter((name) => !(name! in judge))).toEqual([]);
  });

  test('shows a host loop of at most thirty lines that catches a bad version', () => {
    const [loop = ''] = examples;
    expect(loop.trim().split('\n').length).toBeLessThanOrEqual(30);
    const onSecond = run<(batch: SubBucketCount[]) => { health: string }>(loop, 'onSecond');
    const second = (treatment: number, i: number) =>
      (['treatment', 'control'] as const).flatMap((arm) =>
        Array.from({ length: 64 }, (_, subBucket) => ({
          arm,
          subBucket,
          numerator: (arm === 'treatment' ? treatment : 0.1) * (1 + 0.5 * Math.sin(subBucket + i)),
          denominator: 10,
          newUnits: 1,
        })),
      );
    const healths = Array.from({ length: 120 }, (_, i) => onSecond(second(i < 60 ? 0.1 : 0.8, i)).health);
    expect(healths[0]).toBe('undecided');
    expect(healths[59]).toBe('good so far');
    expect(healths[119]).toBe('bad');
  });

  test('shows a comparison that runs as printed', () => {
    const compareArms = run<(rows: object[]) => Record<'split' | 'raw' | 'adjusted', { p: number }>>(
      examples[1] ?? '',
      'compareArms',
    );
    const rows = Array.from({ length: 400 }, (_, i) => {
      const revenueBefore = 10 + 5 * Math.sin(i >> 1);
      return {
        arm: i % 2 === 0 ? 'A' : 'B',
        revenueBefore,
        revenue: revenueBefore + (i % 2) + Math.cos(i * 1.3),
      };
    });
    const { split, raw, adjusted } = compareArms(rows);
    expect(split.p).toBe(1);
    expect(raw.p).toBeGreaterThan(0.001);
    expect(adjusted.p).toBeLessThan(1e-9);
  });
});
