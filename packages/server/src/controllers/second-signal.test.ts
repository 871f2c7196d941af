import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryProvider } from '../metric-provider/memory-provider.ts';
import type { Controller } from './controller.ts';
import { ENVIRONMENT, openMeasuredStage, type Stage } from './stage.suite.ts';

let stage: Stage;
let provider: MemoryProvider;
let controller: Controller;

/** A release frozen because nobody answers for its metric: no series matches, while the source answers for others. */
beforeEach(async () => {
  const caller = { name: 'checkout', query: 'checkout', max: 0.02, every: '1s' };
  ({ stage, provider } = await openMeasuredStage([{ caller }]));
  stage.gateway.circuits = circuits('closed', 'closed');
  provider.set('checkout', 0, sample(0.001));
  controller = stage.start('one', { provider });
  await stage.pass(25_000, controller);
  expect(controller.followed.get('r')?.state.frozen?.causes).toEqual(['unknown']);
});
afterEach(() => stage.close());

type State = (typeof stage.gateway.circuits)[number]['state'];

function circuits(ofNew: State, ofOld: State) {
  return [
    { flag: 'a', variant: 'v2', upstream: 'a-v2', state: ofNew },
    { flag: 'a', variant: 'v1', upstream: 'a-v1', state: ofOld },
  ];
}

const sample = (value: number) => [{ labels: {}, value, at: stage.clock.now() }];
const rollback = async () => (await stage.row('r'))?.state.rollback;

test('an open circuit of the new version takes it back while the metric is silent', async () => {
  stage.gateway.circuits = circuits('open', 'closed');
  await stage.pass(500, controller);
  expect((await rollback())?.why).toBe('the circuit of a-v2 is open at g, that of a-v1 is closed');
});

test('errors that gateways count do', async () => {
  stage.gateway.traffic = { requests: 4, failures: 2 };
  await stage.pass(1_000, controller);
  expect((await rollback())?.evidence.map(({ guard }) => guard)).toEqual(['errorRate']);
});

test('the health of a caller does', async () => {
  provider.set('checkout', stage.clock.now(), sample(0.4));
  await stage.pass(6_000, controller);
  expect((await rollback())?.evidence.map(({ guard }) => guard)).toEqual(['caller checkout']);
});

test('circuits of both versions that open together keep it frozen', async () => {
  stage.gateway.circuits = circuits('open', 'open');
  await stage.pass(10_000, controller);
  const state = controller.followed.get('r')?.state;
  expect([state?.phase, state?.frozen?.causes]).toEqual(['frozen', ['unknown']]);
});

test('begun again, it is not taken back by a circuit that is still open from before', async () => {
  stage.gateway.circuits = circuits('open', 'closed');
  await stage.pass(500, controller);
  stage.gateway.traffic = { requests: 0, failures: 0 };
  await stage.pass(2_000, controller);
  expect((await stage.row('r'))?.state.phase).toBe('rolled-back');
  const at = stage.clock.now();
  const row = { id: 'again', release: 'r', command: 'resume', by: 'ann', why: 'mended', at } as const;
  await stage.store.progress.ask(ENVIRONMENT, row);
  await stage.pass(10_000, controller);
  const state = controller.followed.get('r')?.state;
  expect([state?.attempt, state?.phase, state?.frozen?.causes]).toEqual([2, 'frozen', ['unknown']]);
});
