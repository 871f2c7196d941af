import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyze, experimentSql, fileFrom, fileOf, wordsOf } from './analyze.suite.ts';

describe('bad input', () => {
  const sound = () => fileFrom(experimentSql(1_000));
  const words = ['--unit', 'user_id', '--variant', 'arm', '--metric', 'converted'];

  test('a column name almost right is answered with the right one', async () => {
    const { exit, message, json } = await analyze(
      await sound(),
      ...wordsOf('--unit userid --variant arm --metric converted'),
    );
    expect(exit).toBe(2);
    expect(message).toMatch(/--unit: .* has no column "userid"; did you mean "user_id"\?/);
    expect(json.error).toMatchObject({ code: 'COLUMN_UNKNOWN', column: 'userid' });
  });

  test('a column name quite wrong is answered with those there are', async () => {
    const { exit, message } = await analyze(
      await sound(),
      ...wordsOf('--unit user_id --variant arm --metric profit'),
    );
    expect(exit).toBe(2);
    expect(message).toContain('the columns are "i", "user_id", "arm"');
  });

  test('a metric that is no number is named with its first value and line', async () => {
    const { exit, message } = await analyze(
      await sound(),
      ...wordsOf('--unit user_id --variant arm --metric region'),
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
      ...wordsOf('--unit u --variant arm --metric y'),
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
      ...wordsOf('--unit arm --variant user_id --metric converted --per-unit sum'),
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
      ...wordsOf('--unit u --variant arm --metric y --date day'),
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
