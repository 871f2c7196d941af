import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleaseView } from '@ombre/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { openQuestionBank, type QuestionBank } from './question-bank.ts';

// A busy machine is given its time: nothing here asserts how long anything takes.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 200_000 });

/** Real processes: a control plane, two services in two versions each, a gateway for each flag, and users. */
describe('a release by itself', () => {
  let plane: ControlPlane;
  let bank: QuestionBank;

  beforeAll(async () => {
    plane = await startControlPlane();
    shortenHolds('submit-service.yaml');
    shortenHolds('runner.yaml');
    bank = await openQuestionBank(plane, { 'submit-service': 300, runner: 200 });
  });
  afterAll(async () => {
    await bank?.close();
    await plane?.stop();
    plane?.remove();
  });

  /**
   * Seconds to look on are not seconds to learn more in: a saved file is an apply. How fast a good version answers is the machine's affair
   * where all of this runs on two cores.
   */
  function shortenHolds(name: string): void {
    const file = join(plane.directory, name);
    const text = readFileSync(file, 'utf8')
      .replaceAll(/dwell: \d+s/g, 'dwell: 1s')
      .replace('over: 1.2s', 'over: 10s')
      .replace(/watch: \d+s/, 'watch: 2s');
    writeFileSync(file, text);
  }

  async function ombre<T>(...words: readonly string[]): Promise<T> {
    const { status, out, err } = await plane.run(...words, '--json');
    expect(status, `${words.join(' ')}\n${err}`).toBe(0);
    return JSON.parse(out) as T;
  }

  /** Asked without the command line, which takes longer to start than a level may take. */
  const show = async (name: string): Promise<ReleaseView> =>
    (await (await fetch(`${plane.url}/v1/releases/${name}?events=100`)).json()) as ReleaseView;
  /** Levels it was moved to after the first, in the order of its history from an event on. */
  const levelsOf = ({ events }: ReleaseView, after = 0): readonly (string | undefined)[] =>
    events.flatMap(({ kind, number, text }) =>
      kind === 'level' && number > after ? [text.split(' ')[3]] : [],
    );

  /** Everything that watching said, until one of the phases. */
  async function watch(name: string, until: string): Promise<readonly ReleaseView[]> {
    const words = ['release', 'watch', name, '--until', until, '--timeout', '200s', '--json'];
    const { status, out, err } = await plane.run(...words);
    expect(status, `${err}\n${out.split('\n').at(-2)}`).toBe(0);
    return out
      .trimEnd()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { view?: ReleaseView }).view ?? []);
  }

  async function until<T>(what: string, look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
    const deadline = Date.now() + 200_000;
    for (;;) {
      const seen = await look();
      if (wanted(seen)) return seen;
      if (Date.now() > deadline) throw new Error(`${what} never came: ${JSON.stringify(seen)}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** From the gate at the bottom. */
  async function begin(name: string): Promise<void> {
    await until(
      'the gate',
      () => show(name),
      ({ phase }) => phase === 'waiting',
    );
    await ombre('release', 'approve', name, '--why', 'e2e');
  }

  /** A service gets nothing any more while its other version does. */
  async function isQuiet(service: string, other: string): Promise<void> {
    await until(
      `quiet of ${service}`,
      async () => {
        const before = [await bank.requests(service), await bank.requests(other)];
        await new Promise((wake) => setTimeout(wake, 1_000));
        const after = [await bank.requests(service), await bank.requests(other)];
        return after.map((requests, index) => requests - (before[index] ?? 0));
      },
      ([mine, others]) => mine === 0 && (others ?? 0) > 10,
    );
  }

  test('a good version climbs each level to the top, and everybody has it', async () => {
    await begin('submit-v2');
    const views = await watch('submit-v2', 'completed');
    // Levels are held for a second only: some may be over before anybody watches.
    const done = await show('submit-v2');
    expect(levelsOf(done)).toEqual(['group', 'region', 'permille', 'full']);
    expect(done.events.map(({ kind }) => kind)).toContain('watching');
    expect(views.at(-1)?.ladder.every(({ reached }) => reached)).toBe(true);
    await isQuiet('submit-service-v1', 'submit-service-v2');
  });

  test('a bad version is caught and returned, with why, for whom and how many were hurt, and gets no request any more', async () => {
    await begin('runner-v2');
    await watch('runner-v2', 'rolled-back');
    const { rollback, epoch, ladder } = await show('runner-v2');
    expect(rollback).toMatchObject({ cause: 'guard', by: 'guards' });
    expect(rollback?.why).toMatch(/% of \d+ requests failed/);
    expect(Object.keys(rollback?.parts ?? {}).sort()).toEqual([
      'decision',
      'detection',
      'drain',
      'propagation',
    ]);
    expect(rollback?.blast?.bad).toBeGreaterThan(rollback?.blast?.expected ?? 0);
    expect(rollback?.blast?.units).toBeGreaterThan(0);
    expect(ladder.some(({ reached }) => reached)).toBe(false);
    // Begun, a quarter, and back: caught before everybody had it.
    expect(epoch).toBe(3);
    await isQuiet('runner-v2', 'runner-v1');
    const { out } = await plane.run('release', 'show', 'runner-v2');
    expect(out).toMatch(/why +[\d.]+ % of \d+ requests failed/);
    expect(out).toMatch(/for whom +those with v2 of runner: .*quarter at 25 % of everybody/);
    expect(out).toMatch(/hurt +\d+ bad responses/);
  });

  test('a climb goes on after its control plane was killed, stays frozen while a gateway is gone, and moves each level once', async () => {
    await ombre('release', 'abort', 'submit-v2', '--why', 'once more');
    await until(
      'the roll-back',
      () => show('submit-v2'),
      ({ phase }) => phase === 'rolled-back',
    );
    await ombre('release', 'resume', 'submit-v2', '--why', 'once more');
    const { epoch } = await show('submit-v2');
    await begin('submit-v2');
    const before = await until(
      'the group',
      () => show('submit-v2'),
      ({ at }) => at?.level === 'group',
    );
    await plane.kill();
    await plane.restart();
    const after = await show('submit-v2');
    expect(after).toMatchObject({ attempt: before.attempt });

    await until(
      'the region',
      () => show('submit-v2'),
      ({ at }) => at?.level === 'region',
    );
    await bank.killGateway('submit-service');
    const frozen = await until(
      'frozen',
      () => show('submit-v2'),
      ({ phase }) => phase === 'frozen',
    );
    expect(frozen.frozen?.causes).toEqual(['unknown']);
    const stood = frozen.at;
    await new Promise((wake) => setTimeout(wake, 2_000));
    expect((await show('submit-v2')).at).toEqual(stood);
    await bank.startGateway('submit-service');
    await watch('submit-v2', 'completed');

    const done = await show('submit-v2');
    expect(done.epoch - epoch).toBe(5);
    expect(levelsOf(done, before.events.at(-1)?.number)).toEqual(['region', 'permille', 'full']);
  });
});
