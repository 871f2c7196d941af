import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { ReleaseView } from '@ombre/protocol';
import type { Command } from 'commander';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { paint } from '../terminal.ts';
import { type Check, checkRun, experienceOf, growthOf, hurtOf, percent, seconds } from './checks.ts';
import { type Case, junit } from './junit.ts';
import type { Run } from './run-scenario.ts';
import type { RunningServices } from './start-services.ts';
import type { Scenario, Suite } from './suite.ts';

interface Options {
  readonly junit?: string;
  readonly only?: string;
}

/** `ombre verify`: plays a release against a copy with faults, and says whether it is caught, when, and who was hurt. */
export function addVerify(program: Command, shell: Shell): void {
  program
    .command('verify')
    .argument('<file>', 'what to play and what to expect; see docs/verify.md')
    .description('play a release against your own services, with faults, and check that it ends as expected')
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option('--only <text>', 'only scenarios whose name contains this')
    .addHelpText(
      'after',
      '\nNeeds no control plane and changes nothing: it plays a copy in memory, on loopback. Ends with 1 when anything is not as expected.\n\nExamples:\n  $ ombre verify examples/verify/runner.yaml\n  $ ombre verify verify.yaml --junit results.xml',
    )
    .action(shell.action((file: string, options: Options) => verify(shell, file, options)));
}

interface Result {
  readonly scenario: string;
  readonly ok: boolean;
  readonly took: number;
  readonly checks: readonly Check[];
  readonly error?: string;
  readonly facts?: Facts;
}

type Facts = ReturnType<typeof factsOf>;

async function verify(shell: Shell, file: string, options: Options): Promise<void> {
  const [{ readSuite }, { startServices }, { declareDirectory }] = await Promise.all([
    import('./suite.ts'),
    import('./start-services.ts'),
    import('../local.ts'),
  ]);
  const { terminal } = shell;
  const suite = readSuite(file, terminal.cwd);
  const scenarios = suite.scenarios.filter(({ name }) => name.includes(options.only ?? ''));
  if (scenarios.length === 0) {
    const names = suite.scenarios.map(({ name }) => `"${name}"`).join(', ');
    throw new CommandEnd(exits.usage, `no scenario contains "${options.only ?? ''}"; there are ${names}`);
  }
  const declared = await declareDirectory(shell, suite.resources);
  if (declared.issues.some(({ severity }) => severity === 'error')) {
    throw new CommandEnd(exits.no, declared.text.trimEnd(), { issues: declared.issues });
  }
  const report = options.junit === undefined ? undefined : resolve(terminal.cwd, options.junit);
  if (report !== undefined) openReport(report);
  // The suite may stand among the resources it plays.
  const resources = declared.resources;

  const results: Result[] = [];
  for (const scenario of scenarios) {
    // Each scenario has services of its own: what one did to them does not reach the next.
    results.push(await play(shell, suite, scenario, () => startServices(suite), resources));
  }
  if (report !== undefined) {
    const name = relative(terminal.cwd, resolve(terminal.cwd, file)) || file;
    writeFileSync(report, junit(name, results.map(caseOf)));
  }
  const failed = results.filter(({ ok }) => !ok).length;
  const answer = { release: suite.verify, ok: failed === 0, results };
  const summary = `${results.length - failed} of ${results.length} scenarios as expected\n`;
  if (failed > 0) throw new CommandEnd(exits.no, summary.trimEnd(), answer);
  shell.print(answer, () => summary);
}

/** Empties the file before minutes are spent on what it will say: it may not be writable, or hold the good results of an earlier run. */
function openReport(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  } catch (error) {
    throw new CommandEnd(exits.usage, `--junit: ${(error as Error).message}; nothing was played`);
  }
}

async function play(
  shell: Shell,
  suite: Suite,
  scenario: Scenario,
  start: () => Promise<RunningServices>,
  resources: Parameters<typeof import('./run-scenario.ts').runScenario>[2],
): Promise<Result> {
  const { runScenario } = await import('./run-scenario.ts');
  const say = (text: string): void => {
    if (!shell.json()) shell.terminal.out(text);
  };
  say(`${paint(shell.terminal, 'bold', scenario.name)}\n`);
  const began = performance.now();
  let last = '';
  try {
    const services = await start();
    try {
      const run = await runScenario(suite, scenario, resources, services, (view, at) => {
        const text = standing(view);
        if (text !== last) say(`  ${paint(shell.terminal, 'dim', seconds(at).padStart(8))}  ${text}\n`);
        last = text;
      });
      const checks = checkRun(scenario.expect, run);
      const facts = factsOf(run);
      say(report(shell, run, checks, facts));
      const ok = checks.every((check) => check.ok);
      return { scenario: scenario.name, ok, took: performance.now() - began, checks, facts };
    } finally {
      await services.close();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(`  ${paint(shell.terminal, 'red', message)}\n\n`);
    return {
      scenario: scenario.name,
      ok: false,
      took: performance.now() - began,
      checks: [],
      error: message,
    };
  }
}

function standing({ phase, at, health }: ReleaseView): string {
  const where = at === undefined ? '' : ` ${at.level} ${percent(at.share)}`;
  return `${phase}${where}, health ${health.verdict}`;
}

/** Milliseconds after which a machine that stood still is worth a word. */
const STALL = 250;

function factsOf(run: Run) {
  const { view, samples, stalled, left } = run;
  const of = (variant: string) => experienceOf(samples.filter((one) => one.variant === variant));
  return {
    from: of(view.from),
    to: of(view.to),
    requests: samples.length,
    stalled,
    hurt: hurtOf(run),
    operations: growthOf(run),
    ...(view.rollback === undefined ? {} : { parts: view.rollback.parts, why: view.rollback.why }),
    left,
  };
}

function report(shell: Shell, { view }: Run, checks: readonly Check[], facts: Facts): string {
  const { terminal } = shell;
  const lines = checks.map(({ name, ok, expected, found }) =>
    ok
      ? `  ${paint(terminal, 'green', '✓')} ${name}: ${found}`
      : `  ${paint(terminal, 'red', '✗')} ${name}: expected ${expected}, found ${found}`,
  );
  const version = (name: string, { requests, failed, p99 }: Facts['from']): string =>
    `${name}: ${requests} requests, ${failed} failed, p99 ${p99 === null ? '-' : seconds(p99)}`;
  lines.push(
    `    ${version(view.from, facts.from)}; ${version(view.to, facts.to)}; hurt ${percent(facts.hurt)} of ${facts.requests}`,
  );
  if (view.rollback !== undefined) lines.push(`    ${view.rollback.sentence}`);
  const [worst] = facts.operations;
  if (facts.operations.length > 1 && worst !== undefined && worst.worse > 0.01) {
    lines.push(
      `    ${worst.operation} got worse most: ${percent(worst.worse)} more of its requests failed or were slow`,
    );
  }
  if (facts.stalled > STALL)
    lines.push(
      `    this machine stood still for up to ${seconds(facts.stalled)}: do not trust shorter times`,
    );
  if (facts.left.length > 0) lines.push(`    not part of the copy: ${facts.left.join(', ')}`);
  return `${lines.join('\n')}\n\n`;
}

function caseOf({ scenario, took, checks, error, facts }: Result): Case {
  const said = checks.map(
    ({ name, ok, found }) => `${ok ? 'as expected' : 'NOT as expected'}: ${name}: ${found}`,
  );
  if (facts?.why !== undefined) said.push(facts.why);
  return { name: scenario, took, checks, said: said.join('\n'), ...(error === undefined ? {} : { error }) };
}
