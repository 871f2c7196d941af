import { systemClock } from '@ombre/carry';
import { startRelease } from '@ombre/release';
import { expect, test, vi } from 'vitest';
import { silent } from '../http/log.ts';
import { follow } from './followed.ts';
import { createPerforming } from './performing.ts';

test('a notification that is under way keeps the next one from nobody', async () => {
  const asked: string[] = [];
  const never = new Promise<never>(() => {});
  const perform = createPerforming({
    environment: 'shop/staging',
    effects: {
      notify: {
        perform: (key) => {
          asked.push(key);
          return never;
        },
      },
    },
    clock: systemClock,
    log: silent,
    tenure: () => ({ fence: { lease: 'shop/staging', token: 1 }, signal: new AbortController().signal }),
    fenced: () => {},
    wake: () => {},
    performed: () => {},
  } as Partial<Parameters<typeof createPerforming>[0]> as Parameters<typeof createPerforming>[0]);
  const one = follow('cart', { flag: 'cart', from: 'v1', to: 'v2', ladder: [] }, 'files', {
    version: 1,
    state: startRelease({ epoch: 0, reached: 0, shares: [] }),
    facts: {} as never,
    lines: 0,
  });
  for (const key of ['1', '2']) {
    perform(one, {
      release: 'cart',
      key,
      askedAt: 0,
      effect: { kind: 'notify', key, topic: 'level', alert: false, text: key },
    });
  }
  await vi.waitFor(() => expect(asked).toEqual(['shop/staging/1', 'shop/staging/2']));
});
