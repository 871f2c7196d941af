import { describe, expect, test } from 'vitest';
import { oneAfterAnother } from './one-after-another.ts';

describe('work one after another', () => {
  test('begins when what came before has ended, and answers for itself', async () => {
    const { run } = oneAfterAnother();
    const done: string[] = [];
    let finish = (): void => {};
    const first = run(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      done.push('first');
      return 1;
    });
    const second = run(async () => {
      done.push('second');
      return 2;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual([]);
    finish();
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(done).toEqual(['first', 'second']);
  });

  test('goes on after a piece that failed, which tells only who asked for it', async () => {
    const { run, idle } = oneAfterAnother();
    const failing = run(() => Promise.reject(new Error('no')));
    const next = run(async () => 'went on');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('went on');
    await idle();
  });
});
