import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { flag, resource } from '../commands/control.suite.ts';
import { openProcesses } from '../nodes/processes.suite.ts';
import { openPostgresStore } from '../store/postgres/open-postgres-store.ts';
import { describeOnPostgres } from '../store/postgres/postgres-server.suite.ts';

const ombre = fileURLToPath(new URL('../../../cli/bin/ombre.js', import.meta.url));
const built = existsSync(fileURLToPath(new URL('../../../cli/dist', import.meta.url)));

const resources = [
  flag('a'),
  resource('Release', 'r', {
    flag: 'a',
    from: 'v1',
    to: 'v2',
    ladder: [
      { name: 'tenth', share: 0.1, dwell: '2s', untested: true },
      { name: 'half', share: 0.5, dwell: '1h', untested: true },
      { name: 'all', share: 1, dwell: '1h', untested: true },
    ],
  }),
];

describeOnPostgres('two processes that share a release', (postgres) => {
  const { closing, folderOf, start } = openProcesses();

  test('the release goes on where the first server gave it up, and both tell the same', async () => {
    const url = await postgres.database();
    const first = await start('one', url);
    const second = await start('two', url);
    await first.client.apply({ origin: 'api', resources });
    await first.until(({ at }) => at?.level === 'half');
    await until(async () => {
      const told = await first.until(() => true);
      const standby = await second.until(({ at }) => at?.level === 'half');
      expect(standby.events).toEqual(told.events);
      expect(standby.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['started', 'level']));
    });
    // Told to the one that stands by, carried out by the one that controls.
    const paused = await second.client.tellRelease('r', 'pause', { author: 'ann', why: 'lunch' });
    expect(paused).toMatchObject({ ok: true, value: { phase: 'frozen' } });
    expect(await second.client.tellRelease('r', 'approve')).toMatchObject({
      ok: false,
      status: 409,
      failure: { code: 'RELEASE_REFUSED' },
    });
    const held = paused.ok ? (paused.value.at?.held ?? 0) : 0;
    await first.close();
    await second.client.tellRelease('r', 'resume');
    await second.until(({ at, phase }) => phase === 'dwelling' && (at?.held ?? 0) > held);
    await second.client.tellRelease('r', 'promote', { author: 'ann', why: 'enough' });
    const top = await second.until(({ at, phase }) => at?.level === 'all' && phase === 'dwelling');
    expect(top.ladder.map(({ current }) => current)).toEqual([0.1, 0.5, 1]);
    expect(top.epoch).toBe(3);
  });

  test.skipIf(!built)('a process that slept past its lease decides nothing when it wakes', async () => {
    const url = await postgres.database();
    const where = ['--database', url, '--port', '0', '--data-dir', folderOf('child')];
    const words = [ombre, 'up', folderOf('empty'), ...where, '--log-level', 'silent'];
    const child = spawn(process.execPath, words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, OMBRE_TOKEN: 'w' },
    });
    closing(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += String(chunk);
    });
    while (!/listens on \S+/.test(said)) {
      if (child.exitCode !== null) throw new Error(`ombre up ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const store = await openPostgresStore({ url });
    closing(() => store.close());
    const fences = async (): Promise<number[]> =>
      (await store.db.selectFrom('progress').select('fence').execute()).map(({ fence }) => fence);
    const environment = (await store.environments())[0] ?? '';
    const server = await start('three', url, { environment });
    await server.client.apply({ origin: 'api', resources });
    await server.until(({ epoch }) => epoch > 0);
    const [asleep] = await fences();
    // Stopped in the middle of whatever it does; the lease runs out, and the other takes over and takes everything back.
    child.kill('SIGSTOP');
    const back = await server.client.tellRelease('r', 'abort', { author: 'ann', why: 'it sleeps' });
    expect(back.ok || back.failure.code === 'UNAVAILABLE').toBe(true);
    const gone = await server.until(({ phase }) => phase === 'rolled-back');
    child.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const after = await server.until(() => true);
    expect(after.phase).toBe('rolled-back');
    expect(after.epoch).toBe(gone.epoch);
    const epochs = (await store.before(environment, { limit: 100, action: 'place' })).length;
    expect(epochs).toBe(after.epoch);
    // The last to write was not the one that slept.
    const [awake] = await fences();
    expect(awake).toBeGreaterThan(asleep ?? Number.POSITIVE_INFINITY);
  });
});
