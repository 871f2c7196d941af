import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('every problem has its entry in docs/analyze.md', async () => {
  const { problems } = await import('./problems.ts');
  const text = readFileSync(new URL('../../../../docs/analyze.md', import.meta.url), 'utf8');
  for (const code of Object.keys(problems)) expect(text, code).toContain(`\`${code}\``);
});

test('the help names both ways of asking', async () => {
  let help = '';
  const { Command } = await import('commander');
  const { addAnalyze } = await import('./command.ts');
  const program = new Command('ombre').exitOverride().configureOutput({ writeOut: (text) => (help += text) });
  addAnalyze(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  await expect(program.parseAsync(['node', 'ombre', 'analyze', '--help'])).rejects.toThrow();
  expect(help).toMatch(/--observational/);
  expect(help).toMatch(/ombre analyze results\.csv --unit user --variant arm/);
});
