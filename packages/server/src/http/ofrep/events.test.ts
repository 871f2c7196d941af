import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXAMPLE, type Rig, startRig } from '../../running-server.suite.ts';
import { readStream } from '../../sync/read-stream.suite.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ files: EXAMPLE });
});
afterAll(() => rig.close());

const listen = (path: string, last?: string) => readStream(`${rig.url}${path}`, last);

test('a change sends a refetch with an id; one who missed it is told at once', async () => {
  const stream = await listen('/p/judge/production/ofrep/v1/events');
  expect(stream.status).toBe(200);
  await rig.client.kill('plain', { why: 'test' });
  await stream.next(1);
  await rig.client.kill('tiered', { why: 'test' });
  await stream.next(2);
  const [first, second] = stream.events;
  expect(JSON.parse(first!.data)).toEqual({ type: 'refetchEvaluation', etag: first!.id });
  expect(first!.event).toBe('message');
  expect(second!.id).not.toBe(first!.id);
  expect(stream.retry()).toBeGreaterThanOrEqual(1000);
  // Whoever asks now is served what the last event spoke of.
  const { flags } = await (await rig.post('/ofrep/v1/evaluate/flags', {})).json();
  const disabled = flags.flatMap(({ key, reason }: { key: string; reason: string }) =>
    reason === 'DISABLED' ? [key] : [],
  );
  expect(disabled).toEqual(expect.arrayContaining(['plain', 'tiered']));

  const resumed = await listen('/ofrep/v1/events', first!.id);
  await resumed.next(1);
  expect(resumed.events[0]!.id).toBe(second!.id);
  const current = await listen('/ofrep/v1/events', second!.id);
  await rig.client.unkill('plain');
  await current.next(1);
  expect(current.events.map((event) => event.id)).not.toContain(second!.id);
  for (const one of [stream, resumed, current]) one.close();
});

test('a change of state gives another tag, so that the refetch is no 304', async () => {
  const before = await rig.post('/ofrep/v1/evaluate/flags', {});
  const tag = before.headers.get('etag')!;
  await rig.client.kill('layout');
  await rig.client.unkill('layout');
  const after = await rig.post('/ofrep/v1/evaluate/flags', {}, { headers: { 'if-none-match': tag } });
  expect(after.status).toBe(200);
});
