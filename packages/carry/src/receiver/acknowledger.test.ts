import type { Acknowledgement } from '@ombre/protocol';
import { expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
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
