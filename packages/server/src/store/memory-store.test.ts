import { openMemoryStore } from './memory-store.ts';
import { nodesContract } from './nodes/nodes.suite.ts';
import { progressContract } from './progress/progress.suite.ts';
import { storeContract } from './store.suite.ts';
import { twoPhaseContract } from './two-phase/two-phase.suite.ts';

const open = async () => {
  let now = 1_000_000;
  const store = openMemoryStore(() => {
    now += 1;
    return now;
  });
  return { store, close: () => store.close() };
};

storeContract('memory', open, { forgets: true });
progressContract('memory', open, { forgets: true });
nodesContract('memory', open);
twoPhaseContract('memory', open, { forgets: true });
