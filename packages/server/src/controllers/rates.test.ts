import { expect, test } from 'vitest';
import { createRates } from './rates.ts';

const none = { ended: 0, failures: 0 };

test('what a gateway counted before it was heard is not what came in the moment it is heard', () => {
  const rates = createRates();
  rates.add(0, { sources: 0, treatment: none, control: none, rest: none });
  const counted = (seconds: number) => ({ ended: 5_000 + 30 * seconds, failures: 500 });
  for (const second of [1, 2, 3]) {
    rates.add(1_000 * second, { sources: 1, treatment: counted(second), control: none, rest: none });
  }
  expect(rates.read().treatment).toEqual({ requestsPerSecond: 30, errorRate: 0 });
});
