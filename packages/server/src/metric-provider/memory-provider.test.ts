import { createMemoryProvider } from './memory-provider.ts';
import { providerContract, QUESTIONS } from './provider.suite.ts';

providerContract(async () => {
  const provider = createMemoryProvider();
  const now = 1_700_000_000_000;
  const week = now - 7 * 86_400_000;
  const one = (value: number, labels = {}) => ({ labels, value, at: now });
  provider.set(QUESTIONS.fortyTwo, 0, [one(42)]);
  provider.set(QUESTIONS.zones, 0, [one(1, { zone: 'a' }), one(3, { zone: 'b' })]);
  provider.set(QUESTIONS.notANumber, 0, [one(Number.NaN)]);
  provider.set(QUESTIONS.time, week, [one(week / 1000)]);
  provider.set(QUESTIONS.time, now, [one(now / 1000)]);
  return {
    provider,
    stop: async () => {
      provider.down = true;
    },
    start: async () => {
      provider.down = false;
    },
    close: async () => {},
  };
});
