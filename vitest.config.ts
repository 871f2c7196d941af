import { defineConfig } from 'vitest/config';

const conditions = ['ombre-source', 'node'];
const resolve = { conditions };
const ssr = { resolve: { conditions } };
const pure = ['decide', 'judge', 'declare', 'release', 'protocol'];

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
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'node',
          include: ['packages/{carry,sdk,gateway,server,cli}/src/**/*.test.ts', 'test/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
