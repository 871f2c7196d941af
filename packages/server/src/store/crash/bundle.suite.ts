import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const { resolve } = createRequire(import.meta.url);
/** Native, or found at run time. */
const outside = ['libsql', 'pg'];

/**
 * Bundles a TypeScript file and all it imports from the sources into one JavaScript file that Node starts quickly, and gives its
 * path.
 */
export async function bundle(entry: URL, into: string): Promise<string> {
  // Vite comes with vitest; asking for it through vitest gets the one that runs this test.
  const vite = createRequire(resolve('vitest/package.json')).resolve('vite');
  const { build } = (await import(pathToFileURL(vite).href)) as typeof import('vite');
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    resolve: { conditions: ['ombre-source', 'node', 'import'] },
    ssr: {
      noExternal: true,
      external: outside,
      resolve: { conditions: ['ombre-source', 'node', 'import'] },
    },
    build: {
      ssr: fileURLToPath(entry),
      outDir: into,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        output: {
          entryFileNames: 'child.mjs',
          codeSplitting: false,
          paths: Object.fromEntries(outside.map((name) => [name, pathToFileURL(resolve(name)).href])),
        },
      },
    },
  });
  return join(into, 'child.mjs');
}
