import type { Command } from 'commander';
import { CommandEnd, exits } from '../exit.ts';
import type { ExperimentOptions } from './question.ts';
import type { ObservationalOptions } from './run-observational.ts';

type Options = ExperimentOptions &
  ObservationalOptions & {
    readonly observational?: boolean;
    readonly memory?: string;
    readonly json?: boolean;
  };

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `ombre analyze`: what an experiment's table says, randomised or not. DuckDB and the statistics load when it runs. */
export function addAnalyze(program: Command): void {
  program
    .command('analyze')
    .argument('<file>', 'CSV (also .gz; , ; tab | apart) or Parquet, one row a unit or several')
    .description('what the table of an experiment says: one sentence, estimate, interval, segments')
    .option('--variant <column>', 'which arm the unit was in')
    .option(
      '--metric <column>',
      'what to compare; a/b is a ratio of sums; repeat for more, the first decides',
      collect,
    )
    .option('--unit <column>', 'who was randomised; absent: every row is a unit')
    .option('--control <arm>', 'the arm to compare with')
    .option('--segments <columns>', 'who it helped or hurt, and how much of the whole each accounts for')
    .option(
      '--covariate <column>',
      'known before the experiment: narrows the interval (CUPED); repeat for more',
      collect,
    )
    .option(
      '--threshold <difference>',
      "the least difference that matters, in the metric's unit (default: 0.008 for conversions, else 1 % of control)",
    )
    .option(
      '--guardrail <column:margin>',
      'must not get worse by more; column:margin:lower where lower is better; repeat',
      collect,
    )
    .option('--lower-is-better', 'a fall of the metric is a gain')
    .option('--per-unit <how>', 'several rows a unit: sum, mean, max or first')
    .option('--missing <how>', 'units without a value: drop (default), zero or refuse')
    .option('--winsorize <quantile>', 'lower values above this quantile of all arms to it, such as 0.99')
    .option('--weights <arm=weight,...>', 'expected split of units (default: equal)')
    .option('--date <column>', 'when the row happened')
    .option(
      '--planned-units <count>',
      'units at which the always-valid interval is tightest, set before the data (default 5000)',
    )
    .option('--max-crossover <share>', 'units in two arms beyond this share veto the result (default 0.01)')
    .option('--min-units <count>', 'units an arm below which no verdict is given (default 100)')
    .option('--min-days <count>', 'with --date: days below which no verdict is given (default 7)')
    .option('--observational', 'nobody randomised: adjust for --causes')
    .option('--treatment <column>', 'with --observational: who was treated, 1 or 0')
    .option('--treated <value>', 'with --observational: the value of --treatment that means treated')
    .option('--outcome <column>', 'with --observational: what to compare')
    .option('--causes <columns>', 'with --observational: what drove both treatment and outcome')
    .option(
      '--propensity <column>',
      'with --observational: the probability of treatment, where it was assigned',
    )
    .option(
      '--placebo <columns>',
      'with --observational: causes to take for the outcome, which must show no effect',
    )
    .option('--seed <number>', 'with --observational: of the placebo lots (default 1)')
    .option('--memory <size>', "bound of DuckDB's memory, such as 2GB; more spills to disk")
    .option('--json', 'answer as JSON')
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => {
      const output = program.configureOutput();
      const json = options.json === true || program.opts<{ json?: boolean }>().json === true;
      const { startProgress } = await import('./progress.ts');
      const progressFor: Parameters<typeof import('./run-experiment.ts').runExperiment>[2] = (database) =>
        startProgress(database, (text) => output.writeErr?.(text), process.stderr.isTTY === true);
      const answer = options.observational === true ? observational : experiment;
      const { text, value, vetoed, sentence } = await answer(file, options, progressFor);
      const data: unknown = json ? JSON.parse(JSON.stringify(value, plain)) : undefined;
      // A vetoed analysis is an answer and a failure: as JSON it goes where failures go, so that it is written once.
      if (vetoed && json) throw new CommandEnd(exits.no, sentence, data);
      output.writeOut?.(json ? `${JSON.stringify(data, null, 2)}\n` : text);
      if (vetoed) throw new CommandEnd(exits.no, sentence);
    });
}

const help = `
Examples:
  $ ombre analyze results.csv --unit user --variant arm --control A --metric revenue
  $ ombre analyze results.parquet --unit user --variant arm --control A --metric converted --metric revenue \\
      --segments country,device --covariate revenue_before --threshold 0.01
  $ ombre analyze logs.csv --observational --treatment trained --outcome earnings --causes age,education,earnings_before

Ends with 0 analysed, 1 the data cannot answer (vetoed, cut, not numeric …), 2 wrong column or option. docs/analyze.md lists every message.`;

interface Answer {
  readonly text: string;
  readonly value: unknown;
  readonly vetoed: boolean;
  readonly sentence: string;
}

type ProgressFor = Parameters<typeof import('./run-experiment.ts').runExperiment>[2];

async function experiment(file: string, options: Options, progressFor: ProgressFor): Promise<Answer> {
  const { runExperiment } = await import('./run-experiment.ts');
  const { experimentText } = await import('./experiment-report.ts');
  const result = await runExperiment(file, options, progressFor);
  return {
    text: experimentText(result),
    value: result,
    vetoed: result.vetoed,
    sentence: result.verdicts[0]?.sentence ?? '',
  };
}

async function observational(file: string, options: Options, progressFor: ProgressFor): Promise<Answer> {
  const { runObservational } = await import('./run-observational.ts');
  const { observationalSentence, observationalText } = await import('./observational-report.ts');
  const result = await runObservational(file, options, progressFor);
  return {
    text: observationalText(result),
    value: result,
    vetoed: result.vetoed,
    sentence: observationalSentence(result),
  };
}

/** Leaves unit-level arrays and matrices out of the JSON, and writes maps as objects. */
function plain(key: string, value: unknown): unknown {
  if (value instanceof Float64Array || value instanceof Uint8Array) return undefined;
  if (key === 'design' || key === 'inverseInformation') return undefined;
  return value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;
}
