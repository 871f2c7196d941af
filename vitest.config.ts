import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['ombre-source', 'node'];
const resolve = { conditions };
const ssr = { resolve: { conditions } };
const pure = ['decide', 'judge', 'declare', 'release', 'protocol'];
/** On two cores as well: what these wait for is not the processor alone. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  resolve,
  ssr,
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'pure',
          include: pure.map((name) => `packages/${name}/src/**/*.test.ts`),
          pool: 'threads',
          isolate: false,
          maxWorkers,
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'node',
          include: ['packages/{carry,sdk,gateway,server,cli}/src/**/*.test.ts'],
          pool: 'forks',
          maxWorkers,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          pool: 'forks',
          // After the others: stages of many processes each, in which time passes.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
