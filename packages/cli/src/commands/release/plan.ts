import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReleaseSpec, Resource } from '@ombre/decide/model';
import type { PlanAnswer } from '@ombre/protocol';
import type { PlannedStep } from '@ombre/release';
import type { Command } from 'commander';
import { expectValue } from '../../connection.ts';
import { CommandEnd, exits } from '../../exit.ts';
import type { Shell } from '../../shell.ts';
import { formatTable } from '../../table.ts';
import { paint } from '../../terminal.ts';
import { duration, percent } from './wording.ts';

interface Options {
  readonly rps?: string;
  readonly errorRate?: string;
  readonly matching?: readonly string[];
}

/** What is taken where nobody counts and nobody says. */
const ASSUMED = { requestsPerSecond: 100, errorRate: 0.005 };

/** `ombre release plan`: what each step can see, how long it takes, and who is exposed, before anything is released. */
export function addPlan(release: Command, shell: Shell): void {
  release
    .command('plan')
    .argument('<words...>', 'RELEASE on the control plane, or DIRECTORY RELEASE from files, without one')
    .description('what each step can see at this traffic, how long that takes, and who is exposed')
    .option('--rps <n>', 'requests a second of the flag; default: what was counted of late')
    .option('--error-rate <share>', "today's share of failed requests, such as 0.005")
    .option(
      '--matching <level=share...>',
      "from files: how much of all traffic a level's condition holds for, such as region=0.4; 1 unless said",
    )
    .addHelpText(
      'after',
      '\nSees: the rate of failed (or slow) requests that is called bad with power 0.8 by the end of the hold.\nEnds with 1 when a step can see too little within its longest hold and does not say `untested: true`.\n\nExamples:\n  $ ombre release plan submit-v2\n  $ ombre release plan examples/question-bank submit-v2 --rps 1000 --error-rate 0.005 --matching group=0.1 region=0.4',
    )
    .action(
      shell.action(async (words: readonly string[], options: Options) => {
        const { notes, ...answer } = await planFor(shell, words, options);
        const text = (): string => [...notes, planText(shell, answer, options)].join('\n');
        if (answer.plan.refused) throw new CommandEnd(exits.no, text().trimEnd(), answer);
        shell.print(answer, text);
      }),
    );
}

/** With what the files leave to Ombre, which a control plane knows no more. */
type Planned = PlanAnswer & { readonly notes: readonly string[] };

async function planFor(shell: Shell, words: readonly string[], options: Options): Promise<Planned> {
  const requestsPerSecond = number(options.rps, '--rps', 'a number above 0', (value) => value > 0);
  const errorRate = number(
    options.errorRate,
    '--error-rate',
    'a part from 0 to below 1, such as 0.005 for 0.5 %',
    (value) => value >= 0 && value < 1,
  );
  const [first = '', second, ...more] = words;
  if (more.length > 0) throw new CommandEnd(exits.usage, 'give RELEASE, or DIRECTORY and RELEASE');
  if (second !== undefined) {
    const { spec, resources, notes } = await releaseFrom(shell, first, second);
    const { heldOutAt, planRelease } = await import('@ombre/release');
    const given = {
      requestsPerSecond: requestsPerSecond ?? ASSUMED.requestsPerSecond,
      errorRate: errorRate ?? ASSUMED.errorRate,
    };
    const plan = planRelease(spec, {
      requestsPerSecond: given.requestsPerSecond,
      failures: given.errorRate,
      matching: matchingOf(options.matching ?? [], spec),
      heldOut: heldOutAt(resources, Date.now()),
    });
    const source = requestsPerSecond === undefined ? 'assumed' : 'given';
    return { plan, traffic: { ...given, source }, notes };
  }
  const connection = shell.connect();
  const query = {
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    ...(errorRate === undefined ? {} : { errorRate }),
  };
  return { ...expectValue(await connection.client.releasePlan(first, query), connection), notes: [] };
}

/** A release as files have it, with all that they have. */
async function releaseFrom(
  shell: Shell,
  place: string,
  name: string,
): Promise<{
  readonly spec: ReleaseSpec;
  readonly resources: readonly Resource[];
  readonly notes: readonly string[];
}> {
  const path = resolve(shell.terminal.cwd, place);
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw new CommandEnd(
      exits.usage,
      `there is no ${place}; give the directory of the resources, then the release`,
    );
  const { declareDirectory } = await import('../../local.ts');
  const { resources, issues, text, notes } = await declareDirectory(shell, place);
  if (issues.some(({ severity }) => severity === 'error'))
    throw new CommandEnd(exits.no, `${text}mend the files first`, { ok: false, issues });
  const releases = resources.filter((one) => one.kind === 'Release');
  const found = releases.find(({ metadata }) => metadata.name === name);
  if (found !== undefined) {
    return {
      spec: found.spec,
      resources,
      notes: notes.filter((note) => note.startsWith(`Release/${name}:`)),
    };
  }
  const known = releases.map(({ metadata }) => metadata.name).join(', ');
  throw new CommandEnd(
    exits.usage,
    `${place} has no release ${name}; it has ${known === '' ? 'none' : known}`,
  );
}

function matchingOf(words: readonly string[], { ladder }: ReleaseSpec): Readonly<Record<string, number>> {
  return Object.fromEntries(
    words.map((word) => {
      const [level = '', share = ''] = word.split('=');
      const value = Number(share);
      if (ladder.every(({ name }) => name !== level) || !(value >= 0 && value <= 1) || share === '')
        throw new CommandEnd(exits.usage, `--matching takes LEVEL=SHARE of this ladder, not "${word}"`);
      return [level, value];
    }),
  );
}

function number(
  text: string | undefined,
  option: string,
  what: string,
  fits: (value: number) => boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && fits(value)) return value;
  throw new CommandEnd(exits.usage, `${option} takes ${what}, not "${text}"`);
}

/** A plan as people read it: a row for each step and guard, then a sentence for each step. */
export function planText(shell: Shell, { plan, traffic }: PlanAnswer, options: Options): string {
  const { terminal } = shell;
  const how = { observed: 'as counted of late', given: 'as given', assumed: 'assumed: give --rps' };
  const { source } = traffic;
  const rate = options.errorRate === undefined ? source : 'given';
  const requests = `${Number(traffic.requestsPerSecond.toPrecision(3))} requests/s${rate === source ? '' : ` (${how[source]})`}`;
  const matched = options.matching !== undefined;
  const colours = { tested: 'green', 'not tested': 'yellow', refused: 'red' } as const;
  return [
    `at ${requests}, ${percent(traffic.errorRate)} of them failed (${how[rate]})`,
    '',
    formatTable(
      ['step', 'exposed', 'requests/s', 'control', 'guard', 'sees by hold', 'by longest', 'expected', 'hold'],
      plan.steps.flatMap(rows),
    ),
    ...plan.steps.map(
      (step) => `${paint(terminal, colours[step.verdict], step.verdict.padEnd(10))}  ${step.sentence}`,
    ),
    '',
    `${duration(plan.shortest)} if all holds are the shortest, ${duration(plan.longest)} if all are the longest; at most ${percent(plan.alpha)} of good versions are taken back`,
    ...(matched
      ? []
      : [
          ...Object.entries(traffic.matching ?? {}).map(
            ([level, part]) => `${level} is taken to hold for ${percent(part)} of it, as counted of late`,
          ),
          `${traffic.matching === undefined ? '' : 'other '}conditions of levels are taken to hold for all of this traffic: plan from files with --matching to say for how much`,
        ]),
    ...(plan.refused ? ['refused: at least one step cannot see what its guards declare'] : []),
    '',
  ].join('\n');
}

function rows(step: PlannedStep): readonly (readonly string[])[] {
  const head = [
    `${step.level} ${percent(step.share)}`,
    percent(step.exposure),
    String(Number(step.requestsPerSecond.toPrecision(3))),
    step.control ? 'yes' : 'no',
  ];
  const hold = `${duration(step.dwell)} to ${duration(step.longest)}`;
  if (step.guards.length === 0) return [[...head, 'none', '', '', '', hold]];
  return step.guards.map((guard, index) => [
    ...(index === 0 ? head : ['', '', '', '']),
    guard.guard,
    ...(guard.applies
      ? [seen(guard.guard, guard.seenByDwell), seen(guard.guard, guard.seenByLongest)]
      : ['no control', '']),
    !guard.applies ? '' : guard.expected === undefined ? 'never' : duration(guard.expected),
    index === 0 ? hold : '',
  ]);
}

/** A rate, but for mean latencies, which are ms. */
function seen(guard: string, value: number | undefined): string {
  if (value === undefined) return 'nothing';
  return guard.startsWith('meanLatency') ? `${Math.round(value)} ms` : percent(value);
}
