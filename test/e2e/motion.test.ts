import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { saved, startWatcher } from './watcher.ts';

let plane: ControlPlane;
let state: string;

beforeEach(async () => {
  plane = await startControlPlane();
  state = mkdtempSync(join(tmpdir(), 'ombre-state-'));
});
afterEach(async () => {
  await plane.stop();
  plane.remove();
  rmSync(state, { recursive: true, force: true });
});

async function edit(from: string, to: string): Promise<void> {
  const file = join(plane.directory, 'submit-service.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
}

describe('a change travels', () => {
  test('a saved file reaches a process that uses the SDK, rollback undoes it, and a mistake changes nothing', async () => {
    const service = startWatcher(plane.url, state);
    await service.until((seen) => seen.value === 'submit-service-v2' && seen.status === 'ready');

    await edit('v2: submit-service-v2', 'v2: submit-service-v2b');
    const changed = await service.until((seen) => seen.value === 'submit-service-v2b');
    expect(changed.revision).toBe(3);

    const rolledBack = await plane.run('rollback', '--to', '2', '--yes', '--why', 'e2e', '--json');
    expect(rolledBack, rolledBack.err).toMatchObject({ status: 0 });
    await service.until((seen) => seen.revision === 4 && seen.value === 'submit-service-v2');

    await edit('variant: v2', 'variant: v3');
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { out } = await plane.run('status', '--json');
      const { author, revision } = JSON.parse(out) as {
        author: { state: string; issues: { line: number; code: string }[] };
        revision: number;
      };
      if (author.state === 'refused') {
        expect(revision).toBe(4);
        expect(author.issues[0]?.line).toBeGreaterThan(0);
        break;
      }
      expect(Date.now(), 'the mistake was never reported').toBeLessThan(deadline);
      await new Promise((wake) => setTimeout(wake, 100));
    }
    expect(await service.ask()).toMatchObject({ value: 'submit-service-v2', revision: 4 });
    expect(await service.close()).toBe(0);
  });

  test('without the control plane a process goes on, a restarted one starts from disk as stale, and both return', async () => {
    const service = startWatcher(plane.url, state);
    await service.until((seen) => seen.value === 'submit-service-v2' && seen.status === 'ready');
    await saved(state);
    await plane.kill();
    expect(await service.ask()).toMatchObject({ value: 'submit-service-v2' });
    await service.kill();

    const restarted = startWatcher(plane.url, state);
    const first = await restarted.until((seen) => seen.event === 'open');
    expect(first).toMatchObject({ value: 'submit-service-v2', status: 'stale' });

    await plane.restart();
    await restarted.until((seen) => seen.status === 'ready');
    await edit('v2: submit-service-v2', 'v2: submit-service-v2c');
    await restarted.until((seen) => seen.value === 'submit-service-v2c');
    expect(await restarted.close()).toBe(0);
  });

  test('a kill outlives a save and a restart of the control plane, until it is lifted', async () => {
    const service = startWatcher(plane.url, state);
    await service.until((seen) => seen.status === 'ready');
    await plane.run('kill', 'submit-service', '--why', 'e2e');
    await service.until((seen) => seen.reason === 'kill' && seen.value === 'submit-service-v1');
    await edit('v2: submit-service-v2', 'v2: submit-service-v2d');
    await service.until((seen) => seen.revision === 4);
    await plane.kill();
    await plane.restart();
    await service.until((seen) => seen.status === 'ready' && seen.reason === 'kill');
    expect(await service.ask()).toMatchObject({ reason: 'kill' });
    await plane.run('kill', 'submit-service', '--lift');
    await service.until((seen) => seen.value === 'submit-service-v2d');
    await service.close();
  });

  test('a receiver that trusts another key refuses to start', async () => {
    const service = startWatcher(
      plane.url,
      state,
      'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
    );
    expect(await service.close()).not.toBe(0);
    expect(service.seen).toEqual([]);
  });
});
