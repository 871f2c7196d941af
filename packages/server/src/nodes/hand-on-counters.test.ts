import type { Counters } from '@ombre/protocol';
import { expect, test } from 'vitest';
import { manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { silent } from '../http/log.ts';
import type { Node } from '../store/nodes/node-store.ts';
import { createHandOn, HANDED_ON } from './hand-on.ts';
import { createHandOnCounters } from './hand-on-counters.ts';

const report: Counters = { source: 'g', boot: 'b', sequence: 3, at: 0, limits: {}, full: false, rows: [] };
const holder: Node = { id: 'n2', url: 'http://n2:7171', secret: 'of n2' };

function rig(answer: () => Response) {
  const clock = manualClock();
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const world = { clock, asked, holder: holder as Node | undefined, looked: 0 };
  const through = createHandOn({
    self: 'n1',
    nodes: {
      holder: async (lease) => {
        world.looked += 1;
        return lease === 'controller/shop/live' ? world.holder : undefined;
      },
    },
    fetch: async (url, init) => {
      asked.push({ url: String(url), init });
      return answer();
    },
    clock,
    log: silent,
  });
  return Object.assign(world, { handOn: createHandOnCounters(through) });
}

test('a report reaches whoever controls, with its secret, and the answer comes back', async () => {
  const world = rig(() => Response.json({ resend: true }));
  expect(await world.handOn('shop/live', report)).toEqual({ resend: true });
  const [{ url, init }] = world.asked as [(typeof world.asked)[number]];
  expect(url).toBe('http://n2:7171/p/shop/live/v1/counters');
  expect(init?.headers).toMatchObject({ authorization: 'Bearer of n2', [HANDED_ON]: 'n1' });
  expect(JSON.parse(String(init?.body))).toEqual(report);
});

test('who controls is looked up once a second, and anew after a failure', async () => {
  let ok = true;
  const world = rig(() => (ok ? Response.json({ resend: false }) : new Response('{}', { status: 503 })));
  await world.handOn('shop/live', report);
  await world.handOn('shop/live', report);
  expect(world.looked).toBe(1);
  world.clock.advance(1_000);
  await world.handOn('shop/live', report);
  expect(world.looked).toBe(2);
  ok = false;
  expect(await world.handOn('shop/live', report)).toBeUndefined();
  ok = true;
  expect(await world.handOn('shop/live', report)).toEqual({ resend: false });
  expect(world.looked).toBe(3);
});

test('nothing is handed on where nobody controls, to itself, or to what does not answer as a server does', async () => {
  const world = rig(() => Response.json('ok'));
  expect(await world.handOn('shop/live', report)).toBeUndefined();
  expect(await world.handOn('shop/other', report)).toBeUndefined();
  world.holder = { ...holder, id: 'n1' };
  world.clock.advance(1_000);
  const before = world.asked.length;
  expect(await world.handOn('shop/live', report)).toBeUndefined();
  expect(world.asked.length).toBe(before);
});
