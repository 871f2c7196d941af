import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['ombre-source', 'node'];
const resolve = { conditions };
const ssr = { resolve: { conditions } };
const pure = ['decide', 'judge', 'declare', 'release', 'protocol'];
/** Stages of many processes, under load, with leases that run out: after all others, on two cores one at a time. */
const alone = ['climb-faults', 'nodes', 'release', 'two-phase', 'verify'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
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
          exclude: alone,
          pool: 'forks',
          // One at a time: each is several processes, and what they wait for is the processor.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'alone',
          include: alone,
          pool: 'forks',
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
