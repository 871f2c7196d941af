import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { routes } from '@ombre/protocol';
import { expect, test } from 'vitest';
import { EXAMPLE, startRig } from '../running-server.suite.ts';
import { examples, httpReference } from './reference.suite.ts';

test('the interface is documented as it is', async () => {
  const text = httpReference();
  for (const { method, path } of Object.values(routes)) expect(text).toContain(`### ${method} ${path}\n`);
  expect(text).not.toMatch(/undefined|\[object/);
  await expect(text).toMatchFileSnapshot('../../../../docs/http.md');
});

const curl = ((): boolean => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!curl)(
  'every call of its beginning works as it stands (needs curl, Debian’s package curl)',
  async () => {
    const rig = await startRig({ files: EXAMPLE });
    try {
      for (const { command } of examples) {
        const env = { ...process.env, OMBRE: rig.url, TOKEN: rig.writeToken };
        const run = promisify(execFile)(
          'sh',
          ['-c', command.replace('curl ', 'curl -sS --fail-with-body ')],
          { env },
        );
        const { stdout } = await run.catch((error: unknown) => {
          throw new Error(`${command}\n${(error as { stdout?: string }).stdout}`);
        });
        expect(() => JSON.parse(stdout), command).not.toThrow();
      }
    } finally {
      await rig.close();
    }
  },
);
