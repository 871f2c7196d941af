import type { ReceiverView } from '@ombre/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seeReceivers } from './receivers-seen.ts';
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

const lacking = (of: string) => ({
  flag: of,
  code: 'ATTRIBUTE_UNAVAILABLE',
  detail: 'reads attributes of Enricher/geo, which is not here: they count as missing',
});

test('a release stays where it is while a live receiver cannot decide its flag, and goes on by itself', async () => {
  let row: Partial<ReceiverView> = { lease: 'held', unsupported: [lacking('a')] };
  const receivers = () => {
    const { lineage = '', revision = 0 } = stage.control.views.head(ENVIRONMENT)?.head ?? {};
    const view = { receiver: 'shop-1', class: 'sdk', lineage, revision, ...row } as ReceiverView;
    return seeReceivers([view], lineage, revision);
  };
  const controller = stage.start('one', { receivers });
  await stage.pass(10_000, controller);
  const standing = () => controller.followed.get('r');
  expect(standing()?.state.frozen?.causes).toEqual(['unknown']);
  expect(standing()?.health.evidence.map(({ sentence }) => sentence)).toContain(
    'not every receiver can decide the flag: shop-1 reads attributes of Enricher/geo, which is not here: they count as missing',
  );
  expect(standing()?.state.at?.level).toBe(0);

  row = { lease: 'expired', unsupported: [lacking('a')] };
  await stage.pass(1_000, controller);
  expect(standing()?.state.frozen).toBeUndefined();

  row = { lease: 'held', unsupported: [lacking('another')] };
  await stage.pass(20_000, controller);
  expect(standing()?.state.at?.level).toBe(1);
});
