import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryProvider } from '../metric-provider/memory-provider.ts';
import { openMeasuredStage, type Stage } from './stage.suite.ts';

let stage: Stage;
let provider: MemoryProvider;
beforeEach(async () => {
  ({ stage, provider } = await openMeasuredStage());
});
afterEach(() => stage.close());

const sample = (value: number) => [{ labels: {}, value, at: stage.clock.now() }];

test('a metric that is too high takes a release back, though its counters are good', async () => {
  provider.set('lost', 0, sample(0.1));
  const controller = stage.start('one', { provider });
  await stage.pass(4_000, controller);
  expect((await stage.row('r'))?.state.phase).toBe('dwelling');
  provider.set('lost', stage.clock.now(), sample(0.9));
  await stage.pass(15_000, controller);
  expect((await stage.row('r'))?.state).toMatchObject({ phase: 'rolled-back', rollback: { cause: 'guard' } });
});

test('a source that is down freezes it, and it goes on by itself when the source is back', async () => {
  provider.set('lost', 0, sample(0.1));
  const controller = stage.start('one', { provider });
  await stage.pass(3_000, controller);
  provider.down = true;
  await stage.pass(40_000, controller);
  expect(controller.followed.get('r')?.state.frozen?.causes).toEqual(['unknown']);
  provider.down = false;
  await stage.pass(5_000, controller);
  expect(controller.followed.get('r')?.state.phase).toBe('dwelling');
});
