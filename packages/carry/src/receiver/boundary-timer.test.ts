import type { Snapshot } from '@ombre/decide';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../manual-clock.suite.ts';
import { createBoundaryTimer } from './boundary-timer.ts';

/** A snapshot of which only the instants matter. */
function snapshot(instants: Readonly<Record<string, number>>): Snapshot {
  const all = Object.entries(instants);
  return {
    digest: '',
    flags: [],
    unsupported: [],
    boundaries: (after) =>
      all
        .map(([, at]) => at)
        .filter((at) => at > after)
        .sort((a, b) => a - b)[0],
    changedBetween: (after, until) => all.filter(([, at]) => at > after && at <= until).map(([flag]) => flag),
  };
}

describe('a boundary timer', () => {
  test('tells each flag when its time has come, once', () => {
    const clock = manualClock();
    const start = clock.now();
    const told: string[][] = [];
    const timer = createBoundaryTimer(clock, (flags) => told.push([...flags]));
    timer.follow(
      snapshot({ sale: start + 1_000, banner: start + 1_000, night: start + 5_000, past: start - 1 }),
    );
    clock.advance(999);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual([['sale', 'banner']]);
    clock.advance(10_000);
    expect(told).toEqual([['sale', 'banner'], ['night']]);
  });

  test('follows the newest snapshot only', () => {
    const clock = manualClock();
    const told: string[][] = [];
    const timer = createBoundaryTimer(clock, (flags) => told.push([...flags]));
    timer.follow(snapshot({ old: clock.now() + 1_000 }));
    timer.follow(snapshot({ next: clock.now() + 2_000 }));
    clock.advance(3_000);
    timer.stop();
    expect(told).toEqual([['next']]);
  });

  test('tells nothing before its time when a timer fires early, as it does for waits beyond what it holds', () => {
    const clock = manualClock();
    const early = {
      ...clock,
      after: (wait: number, call: () => void) => clock.after(Math.min(wait, 600), call),
    };
    const told: string[][] = [];
    createBoundaryTimer(early, (flags) => told.push([...flags])).follow(
      snapshot({ far: clock.now() + 1_000 }),
    );
    clock.advance(999);
    expect(told).toEqual([]);
    clock.advance(201);
    expect(told).toEqual([['far']]);
  });
});
