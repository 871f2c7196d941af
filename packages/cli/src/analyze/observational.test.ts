import { describe, expect, test } from 'vitest';
import { analyze, fileFrom, type Json, wordsOf } from './analyze.suite.ts';

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
      ...wordsOf('--observational --treatment treated --outcome y --propensity e --causes x --json'),
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
