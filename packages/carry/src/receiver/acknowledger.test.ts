import type { Acknowledgement } from '@ombre/protocol';
import { expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { manualClock } from '../manual-clock.suite.ts';
import { createAcknowledger } from './acknowledger.ts';

const said: Acknowledgement = { receiver: 'me', class: 'sdk', lineage: 'a', revision: 1, digest: 'd' };

test('waits a random part of what the source asked for, and says many changes once', async () => {
  const timers: { readonly after: number; readonly act: () => void }[] = [];
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    after(delay: number, act: () => void) {
      const timer = { after: delay, act };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  } as Clock;
  let sent = 0;
  const source = {
    acknowledge: async () => {
      sent++;
      return { lease: 15_000, within: 800 };
    },
  };
  const acknowledger = createAcknowledger(
    source,
    clock,
    () => said,
    () => 0.25,
  );
  acknowledger.request();
  await new Promise((done) => setImmediate(done));
  expect(sent).toBe(1);

  acknowledger.request();
  acknowledger.request();
  expect(timers.filter((timer) => timer.after === 200).length).toBe(1);
  acknowledger.stop();
  expect(timers).toEqual([]);
});

test('renews in time for a lease that is shorter than was taken for granted', async () => {
  const clock = manualClock();
  const sent: number[] = [];
  const source = {
    acknowledge: async () => {
      sent.push(clock.monotonic());
      return { lease: 3_000, within: 0 };
    },
  };
  const acknowledger = createAcknowledger(
    source,
    clock,
    () => said,
    () => 0,
  );
  acknowledger.request();
  for (let second = 0; second < 4; second += 1) {
    await new Promise((done) => setImmediate(done));
    clock.advance(1_000);
  }
  expect(sent).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
  acknowledger.stop();
});
