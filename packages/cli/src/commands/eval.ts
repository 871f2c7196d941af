import type { Resource } from '@ombre/decide/model';
import type { Command } from 'commander';
import { suggestion } from '../analyze/similar-name.ts';
import { expectValue } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import { readContext } from '../json-argument.ts';
import { noSuchFlag } from '../no-such-flag.ts';
import type { Shell } from '../shell.ts';

export interface ContextOptions {
  readonly context?: string;
  readonly unit?: string;
  readonly dir?: string;
}

/** The options by which `eval` and `explain` are told whom to decide for, and where from. */
export function withContext(command: Command): Command {
  return command
    .argument('<flag>')
    .argument('[attributes...]', 'name=value, such as user.tier=L5 question.difficulty=0.8')
    .option('-c, --context <json>', 'the context as JSON, as @file, or - for standard input')
    .option('-u, --unit <key>', 'the targeting key')
    .option('-d, --dir <directory>', 'decide from the files of this directory, without a control plane');
}

/** `ombre eval`: what a flag answers for a context, by OFREP or from files. */
export function addEval(program: Command, shell: Shell): void {
  withContext(program.command('eval'))
    .description('what a flag answers for a context')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ombre eval submit-service user.id=77912 user.tier=L5 geo.region=CN\n  $ ombre eval hints --unit 77912 --context \'{"question":{"difficulty":0.8}}\' --json\n  $ ombre eval hints -u 77912 --dir examples/question-bank',
    )
    .action(
      shell.action(async (flag: string, attributes: readonly string[], options: ContextOptions) => {
        const context = await contextOf(shell, attributes, options);
        const { status, body } =
          options.dir === undefined
            ? await remote(shell, flag, context)
            : await (await import('../local.ts')).evaluateLocally(shell, options.dir, flag, context);
        if (isMissing(body)) throw noSuchFlag(flag, await resourcesOf(shell, options, 'Flag'), body);
        if (status !== 200) throw new CommandEnd(exits.no, failureText(body), body);
        shell.print(body, () => answerText(body as unknown as Answer));
      }),
    );
}

/** The context the words describe; what the environment declares a string stays text, so that `user.id=77912` is no number. */
export async function contextOf(
  shell: Shell,
  attributes: readonly string[],
  options: ContextOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const types = attributes.length === 0 ? new Map<string, string>() : await declaredTypes(shell, options);
  tellUndeclared(shell, attributes, [...types.keys()]);
  const context = readContext(shell.terminal, options.context, attributes, (name) => types.get(name));
  return options.unit === undefined ? context : { ...context, targetingKey: options.unit };
}

/** A misspelt attribute is no failure, since contexts may hold more than conditions read; but nobody means it. */
function tellUndeclared(shell: Shell, pairs: readonly string[], declared: readonly string[]): void {
  for (const pair of pairs) {
    const [name = ''] = pair.split('=', 1);
    // Of the targeting key alone, nothing is declared yet.
    if (declared.length <= 1 || declared.includes(name)) continue;
    const meant = suggestion(name, declared, 'declared attributes are');
    shell.terminal.err(`note: no vocabulary declares ${name}, so no condition reads it${meant}\n`);
  }
}

async function declaredTypes(shell: Shell, options: ContextOptions): Promise<ReadonlyMap<string, string>> {
  const resources = await resourcesOf(shell, options, 'Vocabulary');
  const vocabularies = resources.flatMap((one) => (one.kind === 'Vocabulary' ? [one.spec.attributes] : []));
  return new Map([
    ['targetingKey', 'string'],
    ...vocabularies.flatMap((declared) =>
      Object.entries(declared).map(([name, { type }]) => [name, type] as const),
    ),
  ]);
}

/** Resources of a kind where the question goes: at the control plane, or all of the directory. */
export async function resourcesOf(
  shell: Shell,
  options: ContextOptions,
  kind: 'Vocabulary' | 'Flag',
): Promise<readonly Resource[]> {
  if (options.dir !== undefined)
    return await (await import('../local.ts')).declaredResources(shell, options.dir);
  const connection = shell.connect();
  const held = expectValue(await connection.client.resources({ kind }), connection);
  return held.resources.map(({ resource }) => resource);
}

function isMissing(body: unknown): boolean {
  return (body as { readonly errorCode?: unknown } | null)?.errorCode === 'FLAG_NOT_FOUND';
}

async function remote(
  shell: Shell,
  flag: string,
  context: Readonly<Record<string, unknown>>,
): Promise<{ status: number; body: unknown }> {
  const connection = shell.connect();
  const answer = await connection.client.evaluate(flag, context);
  if (answer.status === 0) expectValue(await connection.client.status(), connection);
  return answer;
}

interface Answer {
  readonly key: string;
  readonly value: unknown;
  readonly variant?: string;
  readonly reason: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

function answerText(answer: Answer): string {
  const because = Object.entries(answer.metadata ?? {}).map(([name, value]) => `${name} ${String(value)}`);
  const value = typeof answer.value === 'string' ? answer.value : JSON.stringify(answer.value);
  const variant = answer.variant === undefined ? '' : `  (variant ${answer.variant})`;
  return `${value}${variant}\n${[answer.reason, ...because].join('  ')}\n`;
}

function failureText(body: unknown): string {
  const { errorCode, errorDetails, code, message } = (body ?? {}) as Readonly<Record<string, unknown>>;
  return `${String(errorCode ?? code ?? 'no answer')}: ${String(errorDetails ?? message ?? 'the control plane gave no reason')}`;
}
