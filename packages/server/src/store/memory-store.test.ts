import { openMemoryStore } from './memory-store.ts';
import { storeContract } from './store.suite.ts';

storeContract('memory', async () => {
  let now = 1_000_000;
  const store = openMemoryStore(() => {
    now += 1;
    return now;
  });
  return { store, close: () => store.close() };
});
