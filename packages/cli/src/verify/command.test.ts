import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeTerminal } from '../commands/release/views.suite.ts';
import { exits } from '../exit.ts';
import { createProgram } from '../program.ts';

test('a report that cannot be written is told before anything is played', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-verify-'));
  const report = join(folder, 'results', 'report.xml');
  mkdirSync(report, { recursive: true });
  const terminal = fakeTerminal();
  const suite = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'verify', 'runner.yaml');
  const end = await createProgram(terminal, '0.0.0')
    .parseAsync(['node', 'ombre', 'verify', suite, '--junit', report])
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(end).toMatchObject({
    exit: exits.usage,
    message: expect.stringMatching(/^--junit: .*report\.xml.*; nothing was played$/),
  });
  expect(terminal.said()).toBe('');
  rmSync(folder, { recursive: true });
});
