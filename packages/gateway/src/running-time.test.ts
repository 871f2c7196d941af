import { describe, expect, test } from 'vitest';
import { manualClock } from '../../carry/src/manual-clock.suite.ts';
import { type RunningTime, startRunningTime } from './running-time.ts';

function start(): { readonly clock: ReturnType<typeof manualClock>; readonly time: RunningTime } {
  const clock = manualClock();
  return { clock, time: startRunningTime(clock) };
}

describe('the time of a gateway', () => {
  test('passes as the clock does while its own loop runs, however long nobody reads it', () => {
    const { clock, time } = start();
    clock.advance(60_000);
    expect([time.now(), time.stalled()]).toEqual([60_000, 0]);
  });

  test('leaves out a standstill but for one beat, and tells how long it was', () => {
    const { clock, time } = start();
    clock.advance(1_000);
    clock.stand(2_000);
    expect([time.now(), time.stalled()]).toEqual([1_020, 1_980]);
    clock.advance(500);
    clock.stand(300);
    expect([time.now(), time.stalled()]).toEqual([1_540, 2_260]);
  });

  test('does not leave out what a busy gateway does itself, up to a tenth of a second', () => {
    const { clock, time } = start();
    for (let turn = 0; turn < 50; turn += 1) clock.stand(100);
    expect([time.now(), time.stalled()]).toEqual([5_000, 0]);
  });

  test('never goes back, whatever happens', () => {
    const { clock, time } = start();
    let before = time.now();
    for (let turn = 1; turn < 400; turn += 1) {
      if (turn % 3 === 0) clock.advance(turn % 57);
      else clock.stand((turn * 37) % 251);
      const now = time.now();
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
  });

  test('lets a timer that ran out in a standstill go on for what was left of it', () => {
    const { clock, time } = start();
    const rung: number[] = [];
    time.after(1_000, () => rung.push(time.now()));
    clock.advance(400);
    clock.stand(5_000);
    expect(rung).toEqual([]);
    clock.advance(579);
    expect(rung).toEqual([]);
    clock.advance(1);
    expect(rung).toEqual([1_000]);
  });

  test('cancels a timer before and after a standstill', () => {
    const { clock, time } = start();
    const rung: string[] = [];
    const never = time.after(1_000, () => rung.push('never'));
    const later = time.after(1_000, () => rung.push('later'));
    never();
    clock.stand(5_000);
    later();
    clock.advance(10_000);
    expect(rung).toEqual([]);
  });

  test('beats no more once it was stopped', () => {
    const { clock, time } = start();
    time.stop();
    clock.advance(1_000);
    expect(time.now()).toBe(20);
  });
});
