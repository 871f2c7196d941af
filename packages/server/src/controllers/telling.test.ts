import { afterEach, expect, test, vi } from 'vitest';
import { local } from '../effects/context.suite.ts';
import { startService } from '../effects/http-service.suite.ts';
import { createNotify } from '../effects/notify/notify.ts';
import { operatorSecrets } from '../effects/secrets.ts';
import { climb, ENVIRONMENT, flag, openStage } from './stage.suite.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A busy machine is given its time. */
const PATIENCE = { timeout: 60_000 };

test('a release climbs to its end beside a webhook that is dead, and its history names what that one could not be told', async () => {
  const dead = await startService(() => ({ status: 503 }));
  const living = await startService(() => ({ status: 204 }));
  closing.push(dead.close, living.close);
  const stage = await openStage();
  closing.push(() => stage.close());
  const pauses: number[] = [];
  const notify = createNotify({
    webhooks: [{ url: `${dead.url}/hook` }, { url: living.url }],
    call: local,
    secrets: operatorSecrets({}),
    now: stage.clock.now,
    chance: () => 0,
    pause: async (milliseconds) => pauses.push(milliseconds),
  });
  const controller = stage.start('one', { effects: { notify } });
  const data = (index: number) => JSON.parse(living.heard[index]?.body ?? '{}').data;
  const ladder = [
    { name: 'half', share: 0.5, dwell: '2s', gate: { approval: true } },
    { name: 'all', share: 1, dwell: '2s' },
  ] as const;
  await stage.control.files([flag('a'), climb('r', { ladder })]);
  stage.gateway.traffic = { requests: 4, failures: 0 };
  await stage.pass(1_000, controller);
  await vi.waitFor(() => expect(living.heard.length).toBe(1), PATIENCE);
  expect(data(0)).toMatchObject({
    topic: 'waiting',
    alert: true,
    text: 'Waits for a person to approve level half.',
    command: `ombre release approve r --env ${ENVIRONMENT}`,
  });
  // After a restore the numbers begin again where the backup was made; the lineage tells the keys apart.
  const { lineage = '' } = stage.control.views.head(ENVIRONMENT)?.head ?? {};
  expect(living.heard[0]?.headers['idempotency-key']).toContain(`/${lineage.slice(0, 8)}/notify/`);
  await stage.tell('approve');
  await stage.pass(10_000, controller);
  expect((await stage.row('r'))?.state.phase).toBe('completed');

  const topics = ['waiting', 'started', 'level', 'completed'];
  await vi.waitFor(async () => {
    await stage.pass(500, controller);
    expect((await stage.store.progress.load(ENVIRONMENT)).open).toEqual([]);
  }, PATIENCE);
  expect(living.heard.map((_, index) => data(index).topic)).toEqual(topics);
  const history = await stage.store.progress.history(ENVIRONMENT, 'r', { limit: 500 });
  const { host } = new URL(dead.url);
  expect(history.flatMap(({ kind, text }) => (kind === 'effect' ? [text] : []))).toEqual(
    topics.map(
      (topic) => `Could not tell of "${topic}": 1 of 2 webhooks: ${host} answered status 503; tried 6 times`,
    ),
  );
  expect(dead.heard.length).toBe(6 * topics.length);
  expect(pauses).toEqual(topics.flatMap(() => [1_000, 2_000, 4_000, 8_000, 16_000]));
});
