import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { analyze, type Json, wordsOf } from './analyze.suite.ts';

const shared = new URL('../../../../../shared/', import.meta.url);
const present = existsSync(new URL('oracles.json', shared));
const data = (name: string) => new URL(`data/${name}`, shared).pathname;

interface Oracle {
  readonly id: string;
  readonly expected: Json;
}
const oracles: Oracle[] = present
  ? JSON.parse(readFileSync(new URL('oracles.json', shared), 'utf8')).cases
  : [];
const oracle = (id: string) => oracles.find((one) => one.id === id)!.expected;
const near = (got: number, want: number, tolerance = 1e-9) =>
  expect(Math.abs(got / want - 1)).toBeLessThan(tolerance);

describe.skipIf(!present)('real experiments (skipped without ../shared)', () => {
  test("Hillstrom from the raw file gives R's numbers and releases the men's e-mail", async () => {
    const { json, exit } = await analyze(
      data('hillstrom/hillstrom.csv'),
      ...[
        '--variant',
        'segment',
        '--control',
        'No E-Mail',
        ...wordsOf('--metric spend --metric visit --covariate history --json'),
      ],
    );
    expect(exit).toBe(0);
    const [spend, visit] = json.metrics;
    const mens = spend.contrasts.find((one: Json) => one.treatment === 'Mens E-Mail');
    const welch = oracle('welch.hillstrom.spend.mens');
    near(mens.raw.estimate, welch.estimate);
    near(mens.raw.standardError, welch.se);
    near(mens.raw.p, welch.p);
    const cuped = oracle('cuped.hillstrom.spend~history.mens');
    near(mens.estimate, cuped.estimate);
    near(mens.standardError, cuped.se_welch);
    const womens = visit.contrasts.find((one: Json) => one.treatment === 'Womens E-Mail');
    near(womens.raw.estimate, oracle('prop.hillstrom.visit.womens').estimate);
    expect(json.verdicts[0].sentence).toMatch(
      /^Release Mens E-Mail: spend rose by 0\.7674 \(118 %\) from 0\.6528/,
    );
    expect(json.verdicts[1].decision).toBe('anomaly');
  });

  test("Cookie Cats from the raw file gives R's numbers, the sequential oracle's interval, and a sentence that waits", async () => {
    const words = ['--unit', 'userid', '--variant', 'test_version', '--control', 'gate_30', '--json'];
    const { json } = await analyze(data('cookie_cats/cookie_cats.csv'), '--metric', 'retention_7', ...words);
    const [found] = json.metrics[0].contrasts;
    const want = oracle('prop.cookiecats.retention_7');
    expect(json.metrics[0].kind).toBe('conversion');
    near(found.estimate, want.estimate);
    near(found.oneLook.p, want.p_pooled);
    near(found.oneLook.low, want.newcombe95[0]);
    near(json.quality.split.p, oracle('srm.cookiecats').p);
    const last = oracle('seq.cookiecats.retention7.tau0.01').looks.at(-1);
    near(found.alwaysValid.low, last.acs_ci[0], 1e-3);
    expect(json.verdicts[0].sentence).toMatch(
      /^Wait with gate_40: retention_7 fell by 0\.82 points \(4\.3 %\) from 19\.02 %, a loss that matters if it is real/,
    );
    expect(json.verdicts[0].ifOneLook).toBe('take it back (p = 0.0016)');
  });

  test("Cookie Cats' rounds lowered to their 99th percentile give R's numbers", async () => {
    const words = [
      ...wordsOf('--variant test_version --control gate_30 --metric sum_gamerounds --winsorize 0.99 --json'),
    ];
    const { json } = await analyze(data('cookie_cats/cookie_cats.csv'), '--unit', 'userid', ...words);
    const [found] = json.metrics[0].contrasts;
    const want = oracle('welch.cookiecats.rounds.winsor99');
    near(found.estimate, want.estimate);
    near(found.oneLook.p, want.p);
    expect(found.trail[0]).toBe('values above 493 lowered to it');
  });

  test("segments give R's effects and heterogeneity", async () => {
    const words = [
      '--variant',
      'segment',
      '--control',
      'No E-Mail',
      ...wordsOf('--metric visit --segments newbie --json'),
    ];
    const { json } = await analyze(data('hillstrom/hillstrom.csv'), ...words);
    const want = oracle('hte.hillstrom.visit.mens.by_newbie');
    const mens = json.segments.find((one: Json) => one.treatment === 'Mens E-Mail');
    expect(mens.rows).toHaveLength(want.estimates.length);
    for (const [i, row] of mens.rows.entries()) near(row.estimate, want.estimates[i]);
    const parts = mens.rows.reduce((sum: number, row: Json) => sum + row.part, 0) + mens.mix;
    near(parts, json.metrics[0].contrasts[0].estimate);
  });

  test("LaLonde's table shows every estimate, their spread, balance, placebos and levels", async () => {
    const words = [
      ...wordsOf(
        '--observational --treatment treat --outcome re78 --causes age,educ,race,married,nodegree,re74,re75',
      ),
    ];
    const { out, exit } = await analyze(
      data('lalonde/matchit_lalonde.csv'),
      ...words,
      ...wordsOf('--segments race --placebo re75'),
    );
    expect(exit).toBe(0);
    expect(out).toMatch(/the methods range from \+220\.3 to \+1,969/);
    for (const figure of [...wordsOf('−635 +1,548 +663.9 +1,969 +894.4 +220.3 +1,572 +1,214 +1,227')])
      expect(out).toContain(figure);
    expect(out).toMatch(/re74 +2,096 +5,619 +2,106 +-0\.72 +-0\.00/);
    expect(out).toMatch(/Placebo outcome re75: .* no effect/);
    expect(out).toMatch(/hispan +11/);
  });
});
