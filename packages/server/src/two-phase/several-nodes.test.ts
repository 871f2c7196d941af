import { openReceiver, type Receiver } from '@ombre/carry';
import type { Client, TwoPhaseView } from '@ombre/protocol';
import { expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { flag } from '../commands/control.suite.ts';
import { ENVIRONMENT, openProcesses } from '../nodes/processes.suite.ts';
import { describeOnPostgres } from '../store/postgres/postgres-server.suite.ts';

const LEASE = 6_000;
const both = (variant: string) => ['a', 'b'].map((name) => flag(name, { default: variant }));

describeOnPostgres('a two-phase change over two processes of the control plane', (postgres) => {
  const { closing, start } = openProcesses();

  function follow(name: string, { url }: { readonly url: string }): Receiver {
    const receiver = openReceiver({
      source: url,
      environment: ENVIRONMENT,
      receiver: name,
      class: 'gateway',
    });
    closing(() => receiver.close());
    return receiver;
  }

  const begin = (client: Client, id: string): Promise<TwoPhaseView> =>
    until(async () => {
      const request = {
        id,
        origin: 'api',
        partial: true,
        resources: both('v2'),
        deadline: 60_000,
      } as const;
      const answer = await client.twoPhase(request);
      if (!answer.ok || answer.value.change === null) throw new Error(JSON.stringify(answer));
      return answer.value.change;
    });
  const phase = (client: Client, id: string, wanted: string): Promise<TwoPhaseView> =>
    until(async () => {
      const answer = await client.twoPhaseChange(id);
      if (!answer.ok || answer.value.phase !== wanted) throw new Error(JSON.stringify(answer));
      return answer.value;
    });
  const members = (client: Client, count: number): Promise<void> =>
    until(async () => {
      const request = {
        id: 'dry',
        origin: 'api',
        partial: true,
        resources: both('v2'),
        dryRun: true,
      } as const;
      const answer = await client.twoPhase(request);
      expect(answer.ok && answer.value.members.length).toBe(count);
    });

  test('is staged and voted for by receivers of both, and by the process that does not coordinate', async () => {
    const database = await postgres.database();
    const one = await start('a1', database, { lease: LEASE });
    const two = await start('a2', database, { lease: LEASE });
    await one.client.apply({ origin: 'api', partial: true, resources: both('v1') });
    const receivers = [follow('gw-1', one), follow('gw-2', two), follow('gw-3', two)];
    await until(() => expect(receivers.every((receiver) => receiver.live)).toBe(true));
    await members(two.client, 4);
    // Asked of the one that hands it on.
    const begun = await begin(two.client, 'c1');
    expect(begun.members.filter((name) => !name.startsWith('ombre-'))).toEqual(['gw-1', 'gw-2', 'gw-3']);
    expect(begun.members.length).toBe(4);
    const done = await phase(two.client, 'c1', 'committed');
    expect(done.staged.length).toBeGreaterThanOrEqual(3);
    for (const receiver of receivers) {
      expect(receiver.head?.revision).toBe(done.revision);
      expect(receiver.live).toBe(true);
    }
    for (const { client } of [one, two]) {
      expect((await client.evaluate('a', { targetingKey: 'u' })).body).toMatchObject({ value: 'two' });
    }
    expect(await phase(one.client, 'c1', 'committed')).toEqual(done);
  });

  test('goes on where the process that coordinated it ends', async () => {
    const database = await postgres.database();
    const one = await start('b1', database, { lease: LEASE });
    await one.client.apply({ origin: 'api', partial: true, resources: both('v1') });
    const two = await start('b2', database, { lease: LEASE });
    const receivers = [follow('gw-2', two), follow('gw-3', two)];
    const acknowledge = async (name: string, staged?: { id: string; version: number }): Promise<void> => {
      const head = await two.client.head();
      if (!head.ok) throw new Error('no head');
      const { lineage, revision, digest } = head.value.head;
      const more = staged === undefined ? {} : { staged };
      await two.client.acknowledge({
        receiver: name,
        class: 'gateway',
        lineage,
        revision,
        digest,
        ...more,
      });
    };
    // Three that keep silent when they are to stage.
    const silent = ['x-1', 'x-2', 'x-3'];
    await until(async () => {
      for (const name of silent) await acknowledge(name);
      await members(two.client, 6);
    });
    await begin(two.client, 'c1');
    await until(async () => {
      const answer = await two.client.twoPhaseChange('c1');
      expect(answer.ok && answer.value.staged.length).toBe(3);
    });
    const before = await two.client.head();
    await one.close();
    const view = await phase(two.client, 'c1', 'preparing');
    await until(async () => {
      for (const name of silent) await acknowledge(name, { id: 'c1', version: view.version });
      const answer = await two.client.twoPhaseChange('c1');
      expect(answer.ok && answer.value.phase).not.toBe('preparing');
    });
    const done = await phase(two.client, 'c1', 'committed');
    expect(before.ok && done.revision).toBe(before.ok && before.value.head.revision + 1);
    for (const receiver of receivers) await until(() => expect(receiver.head?.revision).toBe(done.revision));
  });
});
