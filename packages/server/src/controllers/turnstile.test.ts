import { expect, test } from 'vitest';
import { createTurnstile } from './turnstile.ts';

test('one at a time, and what became urgent while it waited goes first', async () => {
  const turnstile = createTurnstile();
  const order: string[] = [];
  const urgent = new Set<string>();
  let inside = 0;
  const work = (name: string) =>
    turnstile.pass(
      () => urgent.has(name),
      async () => {
        inside += 1;
        expect(inside).toBe(1);
        order.push(name);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      },
    );
  const all = ['a', 'b', 'c', 'd'].map(work);
  urgent.add('d');
  await Promise.all(all);
  expect(order).toEqual(['a', 'd', 'b', 'c']);
});

test('work that fails lets the next through', async () => {
  const turnstile = createTurnstile();
  const failed = turnstile.pass(
    () => false,
    () => Promise.reject(new Error('no')),
  );
  const after = turnstile.pass(
    () => false,
    () => Promise.resolve('yes'),
  );
  await expect(failed).rejects.toThrow('no');
  expect(await after).toBe('yes');
});
