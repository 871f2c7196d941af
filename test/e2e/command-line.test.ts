import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

/** The tasks of the guide, each as somebody would do it who has read `--help`: in order, on one control plane. */
describe('the tasks of the guide', () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane();
  });
  afterAll(async () => {
    await plane.stop();
    plane.remove();
  });

  async function ombre(
    ...words: readonly string[]
  ): Promise<{ status: number | null; out: string; err: string }> {
    return await plane.run(...words);
  }
  async function json<T>(...words: readonly string[]): Promise<T> {
    const { status, out, err } = await ombre(...words, '--json');
    expect(status, err).toBe(0);
    return JSON.parse(out) as T;
  }

  test('1 find out what there is to do', async () => {
    const { status, out } = await ombre('--help');
    expect(status).toBe(0);
    for (const command of ['up', 'validate', 'eval', 'rollback', 'kill']) expect(out).toContain(command);
  });
  test('2 check a directory', async () => {
    expect(await ombre('validate', plane.directory)).toMatchObject({
      status: 0,
      out: expect.stringContaining('0 errors'),
    });
  });
  test('3 read where a mistake is', async () => {
    const wrong = join(plane.dataDirectory, 'wrong.yaml');
    writeFileSync(
      wrong,
      readFileSync(join(plane.directory, 'scheduler.yaml'), 'utf8').replace('default: "on"', 'default: onn'),
    );
    const { status, err } = await ombre('validate', wrong);
    expect(status).toBe(1);
    expect(err).toMatch(/wrong\.yaml:\d+:\d+ error/);
    expect(err).toContain('did you mean');
  });
  test('4 see what is served', async () => {
    expect(await json('status')).toMatchObject({
      environment: 'judge/production',
      revision: 2,
      author: { state: 'applied' },
    });
  });
  test('5 ask a flag', async () => {
    const words = ['user.id=77912', 'user.tier=L5', 'question.difficulty=0.8', 'submission.language=cpp'];
    expect(await json('eval', 'submit-service', ...words)).toMatchObject({
      value: 'submit-service-v2',
      metadata: { rule: 'compiled-hard' },
    });
  });
  test('6 ask without a control plane, from files, and get the same', async () => {
    const words = ['eval', 'submit-service', 'user.id=77912', 'user.tier=L3', 'geo.region=CN'];
    const [served, local] = [
      await json<{ value: unknown }>(...words),
      await json<{ value: unknown }>(...words, '--dir', plane.directory),
    ];
    expect(local.value).toBe(served.value);
  });
  test('7 learn why', async () => {
    const { out } = await ombre(
      'explain',
      'submit-service',
      'user.id=77912',
      'user.tier=L3',
      'geo.region=CN',
    );
    expect(out).toContain('rule china-tenth');
    expect(out).toContain('user.tier == "L5"');
  });
  test('8 turn a flag off, at once, for a while', async () => {
    expect(await ombre('kill', 'submit-service', '--why', 'leak', '--for', '2h')).toMatchObject({
      status: 0,
    });
    expect(await json('eval', 'submit-service', 'user.id=1')).toMatchObject({ reason: 'DISABLED' });
  });
  test('9 turn it on again', async () => {
    expect(await ombre('kill', 'submit-service', '--lift')).toMatchObject({ status: 0 });
    expect(await json('eval', 'submit-service', 'user.id=1')).not.toMatchObject({ reason: 'DISABLED' });
  });
  test('10 give one user a variant', async () => {
    expect(await ombre('target', 'ranking', 'u1', 'streak')).toMatchObject({ status: 0 });
    expect(await json('eval', 'ranking', '--unit', 'u1')).toMatchObject({
      value: 'streak',
      metadata: { cause: 'target' },
    });
    expect(await ombre('target', 'ranking', 'u1', '--lift')).toMatchObject({ status: 0 });
  });
  test('11 see who changed what', async () => {
    const { changes } = await json<{ changes: { revision: number; why: string }[] }>('history');
    expect(changes.map(({ revision }) => revision)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(changes.find(({ revision }) => revision === 3)?.why).toBe('leak');
  });
  test('12 see one change', async () => {
    expect(await json('history', '3')).toMatchObject({
      action: 'override',
      names: expect.arrayContaining([expect.stringContaining('submit-service')]),
    });
  });
  test('13 prove that the history was not touched', async () => {
    expect(await json('history', '--verify')).toMatchObject({ ok: true, changes: 6 });
  });
  test('14 compare another directory with what is served, and what it would move', async () => {
    const other = join(plane.dataDirectory, 'other');
    const { cpSync } = await import('node:fs');
    cpSync(plane.directory, other, { recursive: true });
    const file = join(other, 'submit-service.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('share: 0.1,', 'share: 0.4,'));
    const { out } = await ombre('diff', other);
    expect(out).toContain('~ Flag/submit-service');
    expect(out).toContain('0.1 → 0.4');
    expect(out).toMatch(/30 % of .*units.* move/);
    expect(await ombre('diff', other, '--exit-code')).toMatchObject({ status: 1 });
  });
  test('15 apply it, and be asked before anything is deleted', async () => {
    const other = join(plane.dataDirectory, 'other');
    const { rmSync } = await import('node:fs');
    rmSync(join(other, 'sandbox-pool.yaml'));
    const asked = await ombre('apply', other);
    expect(asked).toMatchObject({ status: 2, err: expect.stringContaining('--yes') });
    expect(await json('apply', other, '--yes', '--why', 'task')).toMatchObject({
      changed: true,
      revision: 7,
    });
  });
  test('16 notice that files and what is served differ', async () => {
    const { author } = await json<{ author: { drift: string[] } }>('status');
    expect(author.drift).toEqual(expect.arrayContaining(['Flag/sandbox-pool', 'Flag/submit-service']));
  });
  test('17 look before going back, then go back', async () => {
    // A kill is the newest revision, and it is the apply before it that goes back.
    expect(await json('kill', 'ranking')).toMatchObject({ revision: 8 });
    const plan = await ombre('rollback', '--dry-run');
    expect(plan.out).toContain('+ Flag/sandbox-pool');
    expect(await json('rollback', '--yes')).toMatchObject({ revision: 9, changed: true });
    expect((await json<{ author: { drift: string[] } }>('status')).author.drift).toEqual([]);
  });
  test('18 take what is served out as YAML', async () => {
    const file = join(plane.dataDirectory, 'export.yaml');
    expect(await ombre('export', '--output', file)).toMatchObject({ status: 0 });
    expect(await ombre('diff', file)).toMatchObject({ status: 0, out: 'no difference\n' });
  });
  test('19 give an editor the schema', async () => {
    const { out } = await ombre('schema');
    expect(JSON.parse(out)).toHaveProperty('$schema');
  });
  test('20 back up, and see what restoring would bring', async () => {
    const { file } = await json<{ file: string }>('backup');
    const restored = await ombre(
      'restore',
      file,
      '--data-dir',
      join(plane.dataDirectory, 'restored'),
      '--dry-run',
      '--json',
    );
    expect(restored.status, restored.err).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({
      environments: [{ environment: 'judge/production', from: { revision: 9 } }],
    });
  });
  test('and files of another environment are never compared with this one, nor applied', async () => {
    const other = join(plane.dataDirectory, 'foreign');
    mkdirSync(other);
    writeFileSync(join(other, 'ombre.yaml'), 'project: shop\nenvironment: staging\n');
    for (const words of [['diff'], ['apply', '--yes']]) {
      const { status, err } = await ombre(...words, other);
      expect(status).toBe(2);
      expect(err).toContain('is for shop/staging');
      expect(err).toContain('serves judge/production');
    }
  });
  test('and a flag that is none is told which was meant', async () => {
    for (const command of ['eval', 'explain']) {
      const { status, err } = await ombre(command, 'submit-servise');
      expect([status, err]).toEqual([
        1,
        'ombre: there is no flag submit-servise; did you mean "submit-service"?\n',
      ]);
    }
  });
  test('and an attribute that is none is told which was meant, and answered all the same', async () => {
    const { status, err } = await ombre('eval', 'submit-service', 'user.id=77912', 'user.teir=L5', '--json');
    expect([status, err]).toEqual([
      0,
      'note: no vocabulary declares user.teir, so no condition reads it; did you mean "user.tier"?\n',
    ]);
  });
  test('and a token that is wrong is told what to do', async () => {
    const { status, err } = await ombre('--url', plane.url, '--token', 'wrong', 'kill', 'ranking');
    expect(status).toBe(4);
    expect(err).toContain('OMBRE_TOKEN');
  });
  test('and what the machine refuses is a sentence, not a stack', async () => {
    const refused = await ombre('export', '--output', join(plane.dataDirectory, 'nowhere', 'all.yaml'));
    expect(refused).toMatchObject({ status: 1, out: '' });
    expect(refused.err).toMatch(/^ombre: .*nowhere\/all\.yaml: there is no such file or folder\n$/);
    expect(await ombre('up', plane.directory, '--log-level', 'loud')).toMatchObject({
      status: 2,
      err: expect.stringContaining('Allowed choices are debug, info'),
    });
  });
  test('and a second control plane on the same data is refused by name', async () => {
    const { status, err } = await ombre(
      'up',
      plane.directory,
      '--data-dir',
      plane.dataDirectory,
      '--port',
      '0',
    );
    expect(status).toBe(1);
    expect(err).toMatch(/process \d+|pid \d+/i);
  });
});
