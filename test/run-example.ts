import { readFileSync } from 'node:fs';

/** The blocks of JavaScript in a README. */
export function examplesIn(readme: URL): readonly string[] {
  const text = readFileSync(readme, 'utf8');
  return [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
}

export function lengthOf(example: string): number {
  return example.trim().split('\n').length;
}

/**
 * Runs an example as a module would: what it imports is handed in by name, and its own addresses and folders make way for the test's.
 * Answers what it logged, a row for each call.
 */
export async function runExample(
  example: string,
  modules: Readonly<Record<string, object>>,
  replaced: Readonly<Record<string, string>>,
): Promise<readonly (readonly unknown[])[]> {
  let body = example.replaceAll(
    /^import (\{.*\}) from '(.*)';$/gm,
    (_, names, from) => `const ${names} = modules['${from}'];`,
  );
  for (const [from, to] of Object.entries(replaced)) body = body.replaceAll(from, to);
  const logged: unknown[][] = [];
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...all: unknown[]) => Promise<void>;
  await new AsyncFunction('modules', 'console', body)(modules, {
    log: (...values: unknown[]) => logged.push(values),
  });
  return logged;
}
