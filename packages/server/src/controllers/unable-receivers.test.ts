import type { Acknowledgement } from '@ombre/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seeReceivers } from '../nodes/receivers-seen.ts';
import { climb, ENVIRONMENT, flag, openStage, type Stage } from './stage.suite.ts';

let stage: Stage;

const ladder = [
  { name: 'half', share: 0.5, dwell: '8s', untested: true },
  { name: 'all', share: 1, dwell: '1h' },
];

beforeEach(async () => {
  stage = await openStage();
  await stage.control.files([flag('a'), climb('r', { ladder })]);
});
afterEach(() => stage.close());

const lacks = (flag: string): Acknowledgement => ({
  receiver: 'shop-1',
  class: 'sdk',
  lineage: 'l',
  revision: 1,
  digest: 'd',
  unsupported: [
    {
      flag,
      code: 'ATTRIBUTE_UNAVAILABLE',
      detail: 'reads attributes of Enricher/geo, which is not here: they count as missing',
    },
  ],
});

test('a release stays where it is while a live receiver cannot decide its flag, and goes on by itself', async () => {
  let lacking = [lacks('a')];
  const receivers = () => {
    const { lineage = '', revision = 0 } = stage.control.views.head(ENVIRONMENT)?.head ?? {};
    const held = [{ lineage, revision, count: 2 }];
    return seeReceivers({ held, lacking, goneGateways: [] }, lineage);
  };
  const controller = stage.start('one', { receivers });
  await stage.pass(10_000, controller);
  const standing = () => controller.followed.get('r');
  expect(standing()?.state.frozen?.causes).toEqual(['unknown']);
  expect(standing()?.health.evidence.map(({ sentence }) => sentence)).toContain(
    'not every receiver can decide the flag: shop-1 reads attributes of Enricher/geo, which is not here: they count as missing',
  );
  expect(standing()?.state.at?.level).toBe(0);

  lacking = [];
  await stage.pass(1_000, controller);
  expect(standing()?.state.frozen).toBeUndefined();

  lacking = [lacks('another')];
  await stage.pass(20_000, controller);
  expect(standing()?.state.at?.level).toBe(1);
});
