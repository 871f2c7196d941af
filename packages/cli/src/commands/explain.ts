import type { Explanation } from '@ombre/decide';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { formatExplanation } from '../explanation-lines.ts';
import { noSuchFlag } from '../no-such-flag.ts';
import type { Shell } from '../shell.ts';
import { type ContextOptions, contextOf, resourcesOf, withContext } from './eval.ts';

/** `ombre explain`: each rule a flag tried, each sub-expression's value, and why it was or was not taken. */
export function addExplain(program: Command, shell: Shell): void {
  withContext(program.command('explain'))
    .description('why a flag answers what it answers: each rule, each sub-expression')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ombre explain submit-service user.id=77912 user.tier=L3 geo.region=CN',
    )
    .action(
      shell.action(async (flag: string, attributes: readonly string[], options: ContextOptions) => {
        const context = await contextOf(shell, attributes, options);
        const explanation =
          options.dir === undefined
            ? await remote(shell, flag, context)
            : await (await import('../local.ts')).explainLocally(shell, options.dir, flag, context);
        if (explanation.outcome.error === 'FLAG_NOT_FOUND' && explanation.steps.length === 1)
          throw noSuchFlag(flag, await resourcesOf(shell, options, 'Flag'), explanation);
        shell.print(explanation, () => formatExplanation(shell.terminal, explanation));
      }),
    );
}

async function remote(
  shell: Shell,
  flag: string,
  context: Readonly<Record<string, unknown>>,
): Promise<Explanation> {
  const connection = shell.connect();
  return expectValue(await connection.client.explain(flag, context), connection) as unknown as Explanation;
}
