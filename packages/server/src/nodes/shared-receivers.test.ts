import { afterEach, expect, test } from 'vitest';
import { manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { silent } from '../http/log.ts';
import { openMemoryStore } from '../store/memory-store.ts';
import { ack } from '../store/nodes/nodes.suite.ts';
import { createReceivers } from '../sync/receivers.ts';
import { ownReceiver, type SharedReceivers, shareReceivers } from './shared-receivers.ts';

const P = 'shop/live';
const LEASE = 15_000;

const open: SharedReceivers[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Processes on one store, whose clock is everybody's. */
function rig() {
  const clock = manualClock();
  const store = openMemoryStore(clock.now);
  let away = false;
  let writes = 0;
  const nodes = {
    ...store.nodes,
    hear: async (...said: Parameters<typeof store.nodes.hear>) => {
      writes += 1;
      if (away) throw new Error('the database is away');
      await store.nodes.hear(...said);
    },
    activation: async (environment: string) => {
      if (away) throw new Error('the database is away');
      return store.nodes.activation(environment);
    },
  };
  function start(node: string) {
    let revision = 7;
    let shared: SharedReceivers | undefined;
    const receivers = createReceivers({
      clock,
      lease: LEASE,
      limit: 100,
      changed: (environment, receiver) => shared?.changed(environment, receiver),
    });
    const started = shareReceivers({
      node,
      nodes,
      receivers,
      served: () => ({ lineage: 'l', revision, digest: 'd' }),
      environments: () => [P],
      agent: 'ombre 1',
      clock,
      log: silent,
    });
    shared = started;
    open.push(started);
    return {
      receivers,
      shared: started,
      serve(next: number) {
        revision = next;
        started.moved();
      },
    };
  }
  const pass = async (milliseconds: number): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += 250) {
      clock.advance(250);
      for (let turns = 0; turns < 8; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    clock,
    store,
    start,
    pass,
    writes: () => writes,
    set away(is: boolean) {
      away = is;
    },
  };
}

test('a revision is activated when every receiver of every process serves it, and the processes too', async () => {
  const { start, pass } = rig();
  const one = start('1');
  const two = start('2');
  one.receivers.acknowledge(P, ack('a', 7));
  two.receivers.acknowledge(P, ack('b', 7));
  await pass(500);
  expect((await one.shared.seen(P, 'l')).at(7)).toEqual({ live: 4, activated: 4 });
  one.serve(8);
  one.receivers.acknowledge(P, ack('a', 8));
  await pass(500);
  expect((await one.shared.seen(P, 'l')).at(8)).toEqual({ live: 4, activated: 2 });
  two.receivers.acknowledge(P, ack('b', 8));
  await pass(250);
  expect((await one.shared.seen(P, 'l')).at(8)).toEqual({ live: 4, activated: 3 });
  two.serve(8);
  await pass(250);
  expect((await one.shared.seen(P, 'l')).at(8)).toEqual({ live: 4, activated: 4 });
  expect((await two.shared.seen(P, 'l')).at(8)).toEqual({ live: 4, activated: 4 });
  expect((await two.shared.seen(P, 'other')).at(8)).toEqual({ live: 4, activated: 0 });
});

test('what a process heard itself counts at once', async () => {
  const { start } = rig();
  const one = start('1');
  one.receivers.acknowledge(P, ack('a', 8));
  expect((await one.shared.seen(P, 'l')).at(8)).toEqual({ live: 2, activated: 1 });
});

test('once settled, what a process heard is known to the others', async () => {
  const { start } = rig();
  const one = start('1');
  const two = start('2');
  two.receivers.acknowledge(P, ack('b', 6));
  expect((await one.shared.seen(P, 'l')).at(7)).toEqual({ live: 1, activated: 1 });
  await Promise.all([two.shared.settle(), two.shared.settle()]);
  expect((await one.shared.seen(P, 'l')).at(7)).toEqual({ live: 3, activated: 2 });
});

test('a thousand acknowledgements are a few writes', async () => {
  const { start, pass, writes } = rig();
  const one = start('1');
  for (let round = 0; round < 4; round += 1) {
    for (let index = 0; index < 25; index += 1) one.receivers.acknowledge(P, ack(`r${index}`, 7 + round));
    await pass(250);
  }
  expect(writes()).toBeLessThanOrEqual(5);
  expect((await one.shared.seen(P, 'l')).at(10)).toEqual({ live: 26, activated: 25 });
});

test('receivers of a process that died are waited for until their leases run out, itself a shorter time', async () => {
  const { start, pass } = rig();
  const one = start('1');
  const two = start('2');
  two.receivers.acknowledge(P, ack('b', 7, { class: 'gateway' }));
  await pass(500);
  await two.shared.close();
  one.serve(8);
  await pass(4_000);
  expect((await one.shared.seen(P, 'l')).at(8)).toEqual({ live: 3, activated: 1 });
  await pass(2_000);
  expect((await one.shared.seen(P, 'l')).at(8)).toEqual({ live: 2, activated: 1 });
  await pass(LEASE);
  const seen = await one.shared.seen(P, 'l');
  expect(seen.at(8)).toEqual({ live: 1, activated: 1 });
  expect(seen.goneGateways).toEqual(['b']);
});

test('a receiver that went to another process is one receiver, where it is now', async () => {
  const { start, pass, store } = rig();
  const one = start('1');
  const two = start('2');
  one.receivers.acknowledge(P, ack('a', 9));
  await pass(500);
  await store.nodes.announce({ id: '2', url: 'http://two', secret: 's' }, 60_000);
  two.receivers.connected(P, 'a', true);
  two.receivers.acknowledge(P, ack('a', 7));
  await pass(500);
  expect((await one.shared.seen(P, 'l')).at(9)).toEqual({ live: 3, activated: 0 });
  const rows = await one.shared.view(P, { lineage: 'l', revision: 9 });
  expect(rows.find(({ receiver }) => receiver === 'a')).toMatchObject({
    revision: 7,
    behind: 2,
    connected: true,
    node: 'http://two',
  });
  expect(rows.map(({ receiver }) => receiver)).toEqual(['a', ownReceiver('1'), ownReceiver('2')]);
});

test('while the database is away nobody is counted, and afterwards everything is said again', async () => {
  const world = rig();
  const one = world.start('1');
  const two = world.start('2');
  two.receivers.acknowledge(P, ack('b', 7));
  await world.pass(500);
  world.away = true;
  await expect(one.shared.seen(P, 'l')).rejects.toThrow('away');
  two.receivers.acknowledge(P, ack('c', 7));
  await world.pass(2_000);
  // As if the database had lost what it had last been told.
  await world.store.nodes.forget(-60_000);
  world.away = false;
  await world.pass(2_500);
  expect((await one.shared.seen(P, 'l')).at(7)).toEqual({ live: 4, activated: 4 });
});
