import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyze, experimentSql, fileFrom, fileOf, type Json } from './analyze.suite.ts';

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
        '--metric',
        'spend',
        '--metric',
        'visit',
        '--covariate',
        'history',
        '--json',
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
      '--variant',
      'test_version',
      '--control',
      'gate_30',
      '--metric',
      'sum_gamerounds',
      '--winsorize',
      '0.99',
      '--json',
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
      '--metric',
      'visit',
      '--segments',
      'newbie',
      '--json',
    ];
    const { json } = await analyze(data('hillstrom/hillstrom.csv'), ...words);
    const want = oracle('hte.hillstrom.visit.mens.by_newbie');
    const mens = json.segments.find((one: Json) => one.treatment === 'Mens E-Mail');
    for (const [i, row] of mens.rows.entries()) near(row.estimate, want.estimates[i]);
    const parts = mens.rows.reduce((sum: number, row: Json) => sum + row.part, 0) + mens.mix;
    near(parts, json.metrics[0].contrasts[0].estimate);
  });

  test("LaLonde's table shows every estimate, their spread, balance, placebos and levels", async () => {
    const words = [
      '--observational',
      '--treatment',
      'treat',
      '--outcome',
      're78',
      '--causes',
      'age,educ,race,married,nodegree,re74,re75',
    ];
    const { out, exit } = await analyze(
      data('lalonde/matchit_lalonde.csv'),
      ...words,
      '--segments',
      'race',
      '--placebo',
      're75',
    );
    expect(exit).toBe(0);
    expect(out).toMatch(/the methods range from \+220\.3 to \+1,969/);
    for (const figure of [
      '−635',
      '+1,548',
      '+663.9',
      '+1,969',
      '+894.4',
      '+220.3',
      '+1,572',
      '+1,214',
      '+1,227',
    ])
      expect(out).toContain(figure);
    expect(out).toMatch(/re74 +2,096 +5,619 +2,106 +-0\.72 +-0\.00/);
    expect(out).toMatch(/Placebo outcome re75: .* no effect/);
    expect(out).toMatch(/hispan +11/);
  });
});

describe('experiments', () => {
  test('regions with opposite effects are explained, not averaged away', async () => {
    const file = await fileFrom(experimentSql(40_000, 0.04, -0.04), 'parquet');
    const { out, exit } = await analyze(
      file,
      '--unit',
      'user_id',
      '--variant',
      'arm',
      '--metric',
      'converted',
      '--segments',
      'device,region',
    );
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^Do not release B to everybody: it helps where region is north .* and hurts where it is south/,
    );
    expect(out).toMatch(/of the way its effect differs between units: .*region (9\d|10\d) %/);
  });

  test('a broken randomiser is vetoed, with the whole report and exit 1', async () => {
    const file = await fileFrom(
      `SELECT * FROM (${experimentSql(30_000)}) WHERE NOT (arm = 'B' AND hash(i * 23) % 10 = 0)`,
    );
    const { out, exit, message } = await analyze(
      file,
      '--unit',
      'user_id',
      '--variant',
      'arm',
      '--metric',
      'converted',
    );
    expect(exit).toBe(1);
    expect(message).toMatch(
      /^Do not use this result: the arms hold .* which a sound randomiser gives once in/,
    );
    expect(out).toContain('split BROKEN');
    expect(out).toContain('converted (conversion, primary');
  });

  test('an expected split of 90 to 10 is no mismatch once it is named', async () => {
    const file = await fileFrom(
      `SELECT i, CASE WHEN hash(i) % 10 = 0 THEN 'B' ELSE 'A' END AS arm, hash(i * 5) % 7 AS y FROM range(20000) t(i)`,
    );
    const words = [file, '--unit', 'i', '--variant', 'arm', '--metric', 'y', '--json'];
    expect((await analyze(...words)).json.vetoed).toBe(true);
    expect((await analyze(...words, '--weights', 'A=90,B=10')).json.vetoed).toBe(false);
  });

  test('CUPED narrows the interval, and says by how much; a covariate the treatment moved is refused', async () => {
    const file = await fileFrom(
      `SELECT *, revenue_before + CASE WHEN arm = 'B' THEN 2 ELSE 0 END AS later FROM (${experimentSql(20_000, 0, 0, 0.1)})`,
    );
    const words = [file, '--unit', 'user_id', '--variant', 'arm', '--metric', 'revenue', '--json'];
    const plain = (await analyze(...words)).json.metrics[0].contrasts[0];
    const adjusted = (await analyze(...words, '--covariate', 'revenue_before')).json.metrics[0].contrasts[0];
    expect(adjusted.standardError).toBeLessThan(plain.standardError / 2);
    expect(adjusted.trail[0]).toMatch(/^CUPED on revenue_before: 8\d % of the variance gone/);
    const moved = (await analyze(...words, '--covariate', 'later')).json.metrics[0].contrasts[0];
    expect(moved.trail[0]).toMatch(/^CUPED left out: /);
    expect(moved.estimate).toBe(plain.estimate);
  });

  test('CSV, semicolons, gzip and Parquet give the same numbers', async () => {
    const sql = experimentSql(2_000, 0, 0, 0.3);
    const files = [
      await fileFrom(sql),
      await fileFrom(sql, 'csv.gz', ", DELIMITER ';'"),
      await fileFrom(sql, 'parquet'),
      await fileFrom(sql, 'tsv', ", DELIMITER '\t'"),
    ];
    const estimates = [];
    for (const file of files) {
      const { json } = await analyze(
        file,
        '--unit',
        'user_id',
        '--variant',
        'arm',
        '--metric',
        'revenue',
        '--segments',
        'region',
        '--json',
      );
      estimates.push(json.metrics[0].contrasts[0].estimate);
    }
    for (const estimate of estimates) expect(estimate).toBeCloseTo(estimates[0], 12);
  });

  test('a ratio of sums has an error that knows rows belong to units', async () => {
    const sql = `SELECT i // 10 AS user_id, CASE WHEN hash(i // 10) % 2 = 0 THEN 'A' ELSE 'B' END AS arm, (hash(i // 10 * 31) % 2) AS clicks, 1 AS views FROM range(10000) t(i)`;
    const file = await fileFrom(sql);
    const { json } = await analyze(
      file,
      '--unit',
      'user_id',
      '--variant',
      'arm',
      '--metric',
      'clicks/views',
      '--per-unit',
      'sum',
      '--json',
    );
    const [found] = json.metrics[0].contrasts;
    expect(json.metrics[0].kind).toBe('ratio');
    expect(found.units.treatment + found.units.control).toBe(1000);
    // Every user clicks always or never: the error is that of 1,000 users, not of 10,000 views.
    expect(found.standardError).toBeCloseTo(Math.sqrt((4 * 0.25) / 1000), 2);
  });

  test('a guardrail that is surely broken takes the arm back, whatever the primary metric says', async () => {
    const file = await fileFrom(
      `SELECT *, 100 + 10 * (hash(i * 41) % 100) / 100.0 + CASE WHEN arm = 'B' THEN 20 ELSE 0 END AS latency FROM (${experimentSql(4_000, 0, 0, 2)})`,
    );
    const words = [
      file,
      '--unit',
      'user_id',
      '--variant',
      'arm',
      '--metric',
      'revenue',
      '--guardrail',
      'latency:5:lower',
    ];
    const { out } = await analyze(...words);
    expect(out).toMatch(/^Take B back: latency is worse by more than 5/);
  });

  test('three arms share the error: intervals are widened and p-values adjusted', async () => {
    const file = await fileFrom(
      `SELECT i, ['A', 'B', 'C'][1 + (hash(i) % 3)::INT] AS arm, (hash(i * 5) % 100) / 10.0 AS y FROM range(9000) t(i)`,
    );
    const { json } = await analyze(file, '--variant', 'arm', '--control', 'A', '--metric', 'y', '--json');
    const [b, c] = json.metrics[0].contrasts;
    expect(b.trail).toContain('intervals widened for 2 arms (Bonferroni)');
    expect(Math.max(b.oneLook.adjustedP, c.oneLook.adjustedP)).toBeGreaterThanOrEqual(
      Math.max(b.oneLook.p, c.oneLook.p),
    );
  });

  test('the verdict is a record that replays, with the digest of the file', async () => {
    const { replay } = await import('@ombre/release');
    const file = await fileFrom(experimentSql(3_000));
    const { json } = await analyze(
      file,
      '--unit',
      'user_id',
      '--variant',
      'arm',
      '--metric',
      'converted',
      '--date',
      'day',
      '--json',
    );
    const { record } = json.verdicts[0];
    expect(record.evidence.digests.data).toMatch(/^[0-9a-f]{64}$/);
    expect(replay(record).same).toBe(true);
  });
});

describe('bad input', () => {
  const sound = () => fileFrom(experimentSql(1_000));
  const words = ['--unit', 'user_id', '--variant', 'arm', '--metric', 'converted'];

  test('a column name almost right is answered with the right one', async () => {
    const { exit, message, json } = await analyze(
      await sound(),
      '--unit',
      'userid',
      '--variant',
      'arm',
      '--metric',
      'converted',
    );
    expect(exit).toBe(2);
    expect(message).toMatch(/--unit: .* has no column "userid"; did you mean "user_id"\?/);
    expect(json.error).toMatchObject({ code: 'COLUMN_UNKNOWN', column: 'userid' });
  });

  test('a column name quite wrong is answered with those there are', async () => {
    const { exit, message } = await analyze(
      await sound(),
      '--unit',
      'user_id',
      '--variant',
      'arm',
      '--metric',
      'profit',
    );
    expect(exit).toBe(2);
    expect(message).toContain('the columns are "i", "user_id", "arm"');
  });

  test('a metric that is no number is named with its first value and line', async () => {
    const { exit, message } = await analyze(
      await sound(),
      '--unit',
      'user_id',
      '--variant',
      'arm',
      '--metric',
      'region',
    );
    expect(exit).toBe(1);
    expect(message).toMatch(/^region: no value is a number, the first is "(north|south)" in line 2$/);
  });

  test('one stray text among numbers is found, however late', async () => {
    const rows = Array.from(
      { length: 30_000 },
      (_, i) => `${i},${i % 2 ? 'A' : 'B'},${i === 25_000 ? 'lots' : i % 7}`,
    );
    const { exit, message } = await analyze(
      fileOf(`u,arm,y\n${rows.join('\n')}\n`),
      '--unit',
      'u',
      '--variant',
      'arm',
      '--metric',
      'y',
    );
    expect(exit).toBe(1);
    expect(message).toBe('y: 1 of 30,000 values are no numbers, the first is "lots" in line 25002');
  });

  test('missing values are counted by arm and left out, counted as 0, or refused, as asked', async () => {
    const file = await fileFrom(
      `SELECT user_id, arm, CASE WHEN hash(i * 3) % 10 = 0 THEN NULL ELSE converted END AS converted FROM (${experimentSql(2_000)})`,
    );
    const asked = [file, '--unit', 'user_id', '--variant', 'arm', '--metric', 'converted'];
    const dropped = await analyze(...asked);
    expect(dropped.out).toMatch(/! converted is missing for \d+ units \(A \d+, B \d+\); they are left out/);
    const zero = await analyze(...asked, '--missing', 'zero');
    expect(zero.out).toMatch(/they count as 0/);
    const refused = await analyze(...asked, '--missing', 'refuse');
    expect(refused).toMatchObject({ exit: 1, json: { error: { code: 'MISSING_REFUSED' } } });
  });

  test('values missing mostly in one arm veto the result', async () => {
    const file = await fileFrom(
      `SELECT user_id, arm, CASE WHEN arm = 'B' AND hash(i * 3) % 4 = 0 THEN NULL ELSE converted END AS converted FROM (${experimentSql(8_000)})`,
    );
    const { exit, message } = await analyze(file, ...words);
    expect(exit).toBe(1);
    expect(message).toMatch(
      /^Do not use this result: converted is missing for more units of one arm than of another/,
    );
  });

  test('a metric without any value', async () => {
    const file = fileOf('u,arm,y\n1,A,\n2,B,NA\n');
    expect(await analyze(file, '--unit', 'u', '--variant', 'arm', '--metric', 'y')).toMatchObject({
      exit: 1,
      message: 'y: every value is missing',
    });
  });

  test('one arm only', async () => {
    const file = await fileFrom(`SELECT * FROM (${experimentSql(500)}) WHERE arm = 'A'`);
    const { exit, message } = await analyze(file, ...words);
    expect(exit).toBe(1);
    expect(message).toBe('arm: every unit is in "A"; a comparison needs two arms');
  });

  test('a control that no unit is in', async () => {
    const { exit, message } = await analyze(await sound(), ...words, '--control', 'contrl');
    expect(exit).toBe(2);
    expect(message).toBe('--control: no unit is in "contrl"; the arms are "A", "B"');
  });

  test('a control that cannot be guessed is asked for', async () => {
    const file = fileOf('u,arm,y\n1,red,1\n2,blue,2\n');
    const { exit, message } = await analyze(file, '--unit', 'u', '--variant', 'arm', '--metric', 'y');
    expect(exit).toBe(2);
    expect(message).toMatch(/^say which arm is the control: --control 'blue'; the arms are "blue", "red"$/);
  });

  test('a column of many values is hardly the arm', async () => {
    const { exit, json } = await analyze(
      await sound(),
      '--unit',
      'arm',
      '--variant',
      'user_id',
      '--metric',
      'converted',
      '--per-unit',
      'sum',
    );
    expect(exit).toBe(1);
    expect(['ONE_ARM', 'TOO_MANY_ARMS']).toContain(json.error.code);
    const other = await analyze(await sound(), '--variant', 'user_id', '--metric', 'converted');
    expect(other.json.error.code).toBe('TOO_MANY_ARMS');
  });

  test('repeated units are refused with an example until it is said how to gather them', async () => {
    const file = await fileFrom(
      `SELECT * FROM (${experimentSql(600)}) UNION ALL SELECT * FROM (${experimentSql(600)}) WHERE i < 50`,
    );
    const refused = await analyze(file, ...words);
    expect(refused.exit).toBe(1);
    expect(refused.message).toMatch(
      /^user_id: 50 units have several rows \(100 in all\), such as "u\d+"; say how/,
    );
    const gathered = await analyze(file, ...words, '--per-unit', 'first');
    expect(gathered.exit).toBe(0);
    expect(gathered.out).toContain('! 50 units have several rows (100); made one by --per-unit first');
  });

  test('a few units in two arms are counted and left out; many veto', async () => {
    const crossing = (n: number) =>
      `SELECT * FROM (${experimentSql(4_000)}) UNION ALL SELECT * REPLACE (CASE arm WHEN 'A' THEN 'B' ELSE 'A' END AS arm) FROM (${experimentSql(4_000)}) WHERE i < ${n}`;
    const few = await analyze(await fileFrom(crossing(10)), ...words);
    expect(few.exit).toBe(0);
    expect(few.out).toMatch(/! 10 units \(0\.3 %\) were in two arms, such as "u\d"; they are left out/);
    const many = await analyze(await fileFrom(crossing(200)), ...words);
    expect(many.exit).toBe(1);
    expect(many.message).toMatch(/^Do not use this result: 200 units \(5\.0 %\) were in two arms/);
  });

  test('dates out of order are counted; dates that are none are refused with their line', async () => {
    const file = await fileFrom(`SELECT * FROM (${experimentSql(1_000)}) ORDER BY day DESC`);
    const { out } = await analyze(file, ...words, '--date', 'day');
    expect(out).toMatch(/! 13 rows are dated before the row above them: the file is not in order of day/);
    expect(out).toContain('2026-01-01 to 2026-01-14');
    const broken = await analyze(
      fileOf('u,arm,y,day\n1,A,1,2026-01-01\n2,B,2,soon\n'),
      '--unit',
      'u',
      '--variant',
      'arm',
      '--metric',
      'y',
      '--date',
      'day',
    );
    expect(broken).toMatchObject({ exit: 1, json: { error: { code: 'DATE_INVALID', line: 3 } } });
    expect(broken.message).toContain('the first is "soon" in line 3');
  });

  test('too few days wait', async () => {
    const file = await fileFrom(
      `SELECT * REPLACE (DATE '2026-01-01' + (i % 3)::INT AS day) FROM (${experimentSql(3_000)})`,
    );
    const { out } = await analyze(file, ...words, '--date', 'day');
    expect(out).toMatch(/^Wait with B: 3 of 7 days have passed/);
  });

  test('a file cut in the middle of a row, of a quote, or before the Parquet footer', async () => {
    const whole = readFileSync(await sound(), 'utf8');
    const cutRow = await analyze(fileOf(whole.slice(0, whole.lastIndexOf(',') - 3)), ...words);
    expect(cutRow).toMatchObject({ exit: 1, json: { error: { code: 'FILE_CUT' } } });
    expect(cutRow.message).toMatch(/seems cut: line 1001 has \d+ of \d+ columns/);
    const cutQuote = await analyze(fileOf('user_id,arm,converted\nu1,A,1\nu2,"B'), ...words);
    expect(cutQuote.message).toMatch(
      /seems cut: the quote opened in line 3 is never closed|seems cut: line 3/,
    );
    const parquet = readFileSync(await fileFrom(experimentSql(1_000), 'parquet'));
    const cutParquet = await analyze(fileOf(parquet.subarray(0, 4_000), 'parquet'), ...words);
    expect(cutParquet).toMatchObject({ exit: 1, json: { error: { code: 'FILE_CUT' } } });
    const zipped = gzipSync(whole);
    const cutGzip = await analyze(fileOf(zipped.subarray(0, zipped.length >> 1), 'csv.gz'), ...words);
    expect(cutGzip).toMatchObject({ exit: 1, json: { error: { code: 'FILE_CUT' } } });
  });

  test('a last line without its end is warned of, since its last value may be cut', async () => {
    const whole = readFileSync(await sound(), 'utf8');
    const { out } = await analyze(fileOf(whole.trimEnd()), ...words);
    expect(out).toContain('! the file does not end with a line end: its last line may be cut');
  });

  test('a row with more values than columns', async () => {
    const { exit, message } = await analyze(fileOf('user_id,arm,converted\nu1,A,1\nu2,B,1,5\n'), ...words);
    expect(exit).toBe(1);
    expect(message).toMatch(/line 3 has 4 columns where the header names 3/);
  });

  test('an empty file, a header alone, no file, no text', async () => {
    expect(await analyze(fileOf(''), ...words)).toMatchObject({
      exit: 1,
      json: { error: { code: 'FILE_EMPTY' } },
    });
    expect(await analyze(fileOf('user_id,arm,converted\n'), ...words)).toMatchObject({
      exit: 1,
      json: { error: { code: 'FILE_EMPTY' } },
    });
    expect(await analyze('/no/such/file.csv', ...words)).toMatchObject({
      exit: 2,
      json: { error: { code: 'FILE_NOT_FOUND' } },
    });
    expect(await analyze(fileOf(Uint8Array.of(1, 0, 2, 0, 3)), ...words)).toMatchObject({
      exit: 1,
      json: { error: { code: 'FILE_BROKEN' } },
    });
  });

  test('two columns of one name', async () => {
    expect(await analyze(fileOf('user_id,arm,arm\n1,A,B\n'), ...words)).toMatchObject({
      exit: 1,
      json: { error: { code: 'COLUMN_TWICE', column: 'arm' } },
    });
  });

  test('options out of their range', async () => {
    const file = await sound();
    expect(await analyze(file, ...words, '--winsorize', '99')).toMatchObject({
      exit: 2,
      message: expect.stringContaining('--winsorize takes a number from 0.5 to 1'),
    });
    expect(await analyze(file, ...words, '--per-unit', 'median')).toMatchObject({
      exit: 2,
      message: expect.stringContaining('sum, mean, max, first'),
    });
    expect(await analyze(file, ...words, '--guardrail', 'converted')).toMatchObject({
      exit: 2,
      json: { error: { code: 'OPTION_INVALID' } },
    });
    expect(await analyze(file, '--variant', 'arm')).toMatchObject({
      exit: 2,
      message: expect.stringContaining('--metric'),
    });
  });

  test('an arm that never varies has no test, and says so', async () => {
    const file = fileOf('u,arm,y\n1,A,3\n2,A,3\n3,B,3\n4,B,3\n');
    const { exit, message } = await analyze(file, '--unit', 'u', '--variant', 'arm', '--metric', 'y');
    expect(exit).toBe(1);
    expect(message).toMatch(/^y: /);
  });

  test('few units wait', async () => {
    const { out } = await analyze(await fileFrom(experimentSql(60)), ...words);
    expect(out).toMatch(/^Wait with B: an arm has \d\d of 100 units/);
  });

  test('names with quotes and spaces are columns like others', async () => {
    const file = fileOf(`"user ""id""","the arm",it's\n1,A,1\n2,B,2\n3,A,3\n4,B,5\n`);
    const { exit, json } = await analyze(
      file,
      '--unit',
      'user "id"',
      '--variant',
      'the arm',
      '--metric',
      "it's",
      '--json',
    );
    expect(exit).toBe(0);
    expect(json.metrics[0].contrasts[0].estimate).toBe(1.5);
  });
});

describe('observational data', () => {
  const sql = (slope: number) =>
    `SELECT i, x, z, CASE WHEN 1 / (1 + exp(-${slope} * x)) > (hash(i * 3) % 1000) / 1000.0 THEN 1 ELSE 0 END AS treated,
     2 * x + CASE WHEN treated = 1 THEN 1 ELSE 0 END + (hash(i * 7) % 1000) / 1000.0 AS y
     FROM (SELECT i, ((hash(i) % 2000) / 1000.0 - 1) AS x, ['a', 'b', 'c'][1 + (hash(i * 5) % 3)::INT] AS z FROM range(3000) t(i))`;
  const words = ['--observational', '--treatment', 'treated', '--outcome', 'y', '--causes', 'x,z'];

  test('recovers an effect of 1 that confounding hides', async () => {
    const { json, exit } = await analyze(await fileFrom(sql(1.5)), ...words, '--segments', 'z', '--json');
    expect(exit).toBe(0);
    expect(json.report.effects[0].effect.estimate).toBeGreaterThan(1.5);
    expect(json.report.main.interval[0]).toBeLessThan(1);
    expect(json.report.main.interval[1]).toBeGreaterThan(1);
    expect(json.byDimension[0].effects.levels.map((one: Json) => one.level)).toEqual(['a', 'b', 'c']);
    expect(JSON.stringify(json).length).toBeLessThan(30_000);
  });

  test('refuses arms without overlap, exit 1', async () => {
    const { exit, message, out } = await analyze(await fileFrom(sql(1_000)), ...words);
    expect(exit).toBe(1);
    expect(message).toMatch(/^No effect can be told from these data: x/);
    expect(out).toContain('not randomised');
  });

  test('reads propensities that were assigned', async () => {
    const file = await fileFrom(`SELECT *, 1 / (1 + exp(-1.5 * x)) AS e FROM (${sql(1.5)})`);
    const { json } = await analyze(
      file,
      '--observational',
      '--treatment',
      'treated',
      '--outcome',
      'y',
      '--propensity',
      'e',
      '--causes',
      'x',
      '--json',
    );
    expect(json.report.propensity.model).toBeUndefined();
    expect(json.report.main.interval[0]).toBeLessThan(1);
    expect(json.report.main.interval[1]).toBeGreaterThan(1);
  });

  test('names what is missing or wrong', async () => {
    const file = await fileFrom(sql(1.5));
    const run = (...more: string[]) => analyze(file, '--observational', '--outcome', 'y', ...more);
    expect(await run('--treatment', 'treated')).toMatchObject({
      exit: 2,
      message: expect.stringContaining('--causes'),
    });
    expect(await run('--treatment', 'z', '--causes', 'x')).toMatchObject({
      exit: 1,
      json: { error: { code: 'TREATMENT_NOT_BINARY' } },
    });
    expect(await run('--treatment', 'z', '--treated', 'q', '--causes', 'x')).toMatchObject({
      exit: 2,
      json: { error: { code: 'ARM_UNKNOWN' } },
    });
    expect(await run('--treatment', 'treated', '--causes', 'x,y')).toMatchObject({
      exit: 2,
      message: '--causes: y is the outcome itself',
    });
    expect(await run('--treatment', 'treated', '--causes', 'xx')).toMatchObject({
      exit: 2,
      message: expect.stringContaining('did you mean "x"?'),
    });
    const named = await run('--treatment', 'z', '--treated', 'b', '--causes', 'x', '--json');
    expect(named.exit).toBe(0);
  });

  test('rows with a missing value are counted by column and left out', async () => {
    const file = await fileFrom(
      `SELECT * REPLACE (CASE WHEN i < 30 THEN NULL ELSE x END AS x) FROM (${sql(1.5)})`,
    );
    const { out } = await analyze(file, ...words);
    expect(out).toContain('! 30 rows with a missing value are left out (x 30)');
  });
});

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
