import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXAMPLE, type Rig, startRig } from '../running-server.suite.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ files: EXAMPLE });
});
afterAll(() => rig.close());

const metrics = async () => (await rig.ask('/metrics')).text();
const line = (text: string, start: string) => text.split('\n').find((one) => one.startsWith(start));

test('decisions are counted by flag, rule, variant and cause, misses by rule, over scrapes', async () => {
  const ask = async (context: object) =>
    (await rig.post('/ofrep/v1/evaluate/flags/tiered', { context })).arrayBuffer();
  for (let i = 0; i < 3; i++) await ask({ user: { tier: 'L5' }, question: { difficulty: 0.1 } });
  for (let i = 0; i < 2; i++) await ask({ user: { tier: 'L1' }, question: { difficulty: 0.1 } });
  await metrics();
  await ask({ user: { tier: 'L5' } });
  await rig.post('/ofrep/v1/evaluate/flags', { context: { user: { tier: 'L5' } } });
  const text = await metrics();
  const labels = 'environment="judge/production",flag="tiered"';
  expect(line(text, `ombre_decisions_total{${labels},rule="vip"`)).toMatch(/variant="v2",cause="rule"} 5$/);
  expect(line(text, `ombre_decisions_total{${labels},rule=""`)).toMatch(/variant="v1",cause="default"} 2$/);
  expect(line(text, `ombre_rule_misses_total{${labels},rule="vip"}`)).toMatch(/ 2$/);
  expect(line(text, `ombre_rule_misses_total{${labels},rule="flood"}`)).toMatch(/ 2$/);
  expect(line(text, 'ombre_evaluation_seconds_count{kind="single"}')).toMatch(/ 6$/);
  expect(line(text, 'ombre_evaluation_seconds_count{kind="bulk"}')).toMatch(/ 1$/);
});

test('revision, receivers, lag, streams, refusals and the event loop are there', async () => {
  const head = await rig.client.head();
  if (!head.ok) throw new Error('no head');
  const { lineage, revision, digest } = head.value.head;
  await rig.client.acknowledge({ receiver: 'a', class: 'sdk', lineage, revision: revision - 1, digest });
  const stream = await fetch(`${rig.url}/v1/sync/stream`);
  await rig.ask('/v1/nope');
  const text = await metrics();
  const here = '{environment="judge/production"';
  expect(line(text, `ombre_revision${here}}`)).toMatch(new RegExp(` ${revision}$`));
  expect(line(text, `ombre_receivers${here},class="sdk",lease="held"}`)).toMatch(/ 1$/);
  expect(line(text, `ombre_receiver_lag_revisions${here}}`)).toMatch(/ 1$/);
  expect(line(text, `ombre_receivers_stale${here}}`)).toMatch(/ 1$/);
  expect(line(text, `ombre_streams${here},kind="sync"}`)).toMatch(/ 1$/);
  expect(line(text, 'ombre_failures_total{code="NOT_FOUND"}')).toMatch(/ 1$/);
  expect(line(text, `ombre_applies_total${here},result="changed"}`)).toMatch(/ 1$/);
  expect(line(text, 'ombre_event_loop_delay_seconds{quantile="0.99"}')).toBeDefined();
  await stream.body!.cancel();
});
