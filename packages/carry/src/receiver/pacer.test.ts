import { describe, expect, test } from 'vitest';
import { manualClock } from '../manual-clock.suite.ts';
import { createPacer } from './pacer.ts';

function setUp() {
  const clock = manualClock();
  const done: (() => void)[] = [];
  const pacer = createPacer(clock, 1_000, () => new Promise((resolve) => done.push(resolve)));
  const end = async () => {
    done.at(-1)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, pacer, done, end };
}

describe('a pacer', () => {
  test('does the first at once and makes one of many in the pause after it', async () => {
    const { clock, pacer, done, end } = setUp();
    pacer.request();
    expect(done.length).toBe(1);
    await end();
    for (let i = 0; i < 10; i++) pacer.request();
    clock.advance(999);
    expect(done.length).toBe(1);
    clock.advance(1);
    expect(done.length).toBe(2);
  });

  test('never does two at once, and does once more what was asked meanwhile', async () => {
    const { clock, pacer, done, end } = setUp();
    pacer.request();
    clock.advance(5_000);
    pacer.request();
    pacer.request();
    expect(done.length).toBe(1);
    await end();
    expect(done.length).toBe(2);
    await end();
    clock.advance(5_000);
    expect(done.length).toBe(2);
  });

  test('finishes what is wanted without waiting for the pause, and then nothing more', async () => {
    const { clock, pacer, done, end } = setUp();
    pacer.request();
    await end();
    pacer.request();
    const finished = pacer.finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.length).toBe(2);
    await end();
    await finished;
    pacer.request();
    clock.advance(5_000);
    expect(done.length).toBe(2);
  });

  test('forgets what was asked when it is stopped', async () => {
    const { clock, pacer, done, end } = setUp();
    pacer.request();
    await end();
    pacer.request();
    pacer.stop();
    clock.advance(5_000);
    expect(done.length).toBe(1);
  });
});
