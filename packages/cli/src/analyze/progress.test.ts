import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from './database.ts';
import { startProgress } from './progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const database = { progress: () => 42 } as Database;

async function written(seconds: number, terminal: boolean): Promise<string> {
  let text = '';
  const progress = startProgress(database, (more) => (text += more), terminal);
  const work = progress.during(
    'reading x.csv',
    () => new Promise<void>((done) => void setTimeout(done, seconds * 1000)),
  );
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await work;
  return text;
}

test('short work says nothing', async () => {
  expect(await written(0.9, true)).toBe('');
});

test('long work rewrites one line on a terminal and clears it at the end', async () => {
  const text = await written(3, true);
  expect(text).toContain('reading x.csv … 42 %, 2 s');
  expect(text).not.toContain('\n');
  expect(text.endsWith('\r\u001b[K')).toBe(true);
});

test('long work writes a line every ten seconds where nobody watches', async () => {
  expect((await written(25, false)).split('\n').filter(Boolean)).toEqual([
    'reading x.csv … 42 %, 10 s',
    'reading x.csv … 42 %, 20 s',
  ]);
});
