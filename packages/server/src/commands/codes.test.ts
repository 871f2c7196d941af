import { expect, test } from 'vitest';
import { codes } from './codes.ts';

test('docs/store-checks.md has each code, with what is said and what to do', async () => {
  const sections = Object.entries(codes).map(
    ([code, { severity, message, hint }]) =>
      `### ${code}\n\n${severity}: ${message}.${hint === undefined ? '' : ` What to do: ${hint}.`}\n`,
  );
  await expect(`<!-- Written by packages/server/src/commands/codes.test.ts: change the table of codes, then run vitest with -u. -->
# What only the control plane finds

Beside [the checks](checks.md), which need nothing but the files, a save or an apply meets what is in force: releases that climb, overrides, resources of
another owner. An **error** keeps what it names as it was: what a release holds is held back alone, anything else refuses the change. **Warnings** tell what
else happens. Words in braces are filled in.

${sections.join('\n')}`).toMatchFileSnapshot('../../../../docs/store-checks.md');
});
