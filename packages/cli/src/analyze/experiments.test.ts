import { describe, expect, test } from 'vitest';
import { analyze, experimentSql, fileFrom, wordsOf } from './analyze.suite.ts';

describe('experiments', () => {
  test('regions with opposite effects are explained, not averaged away', async () => {
    const file = await fileFrom(experimentSql(40_000, 0.04, -0.04), 'parquet');
    const { out, exit } = await analyze(
      file,
      ...wordsOf('--unit user_id --variant arm --metric converted --segments device,region'),
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
      ...wordsOf('--unit user_id --variant arm --metric converted'),
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
        ...wordsOf('--unit user_id --variant arm --metric revenue --segments region --json'),
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
      ...wordsOf('--unit user_id --variant arm --metric clicks/views --per-unit sum --json'),
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
      ...wordsOf('--unit user_id --variant arm --metric revenue --guardrail latency:5:lower'),
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
      ...wordsOf('--unit user_id --variant arm --metric converted --date day --json'),
    );
    const { record } = json.verdicts[0];
    expect(record.evidence.digests.data).toMatch(/^[0-9a-f]{64}$/);
    expect(replay(record).same).toBe(true);
  });
});
