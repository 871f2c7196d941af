import { applyDelta, type Encoded, type Head, verifyEncoded } from '@ombre/decide';
import { deltaAt, parseSnapshot, parseSyncEvent, type ReceivedEvent, type SyncEvent } from '@ombre/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXAMPLE, type Rig, startRig } from '../running-server.suite.ts';
import { sha256 } from '../store/sha256.ts';
import { readStream } from './read-stream.suite.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ files: EXAMPLE });
});
afterAll(() => rig.close());

/** A stream of the rig, its events read as a receiver reads them. */
async function listen(last?: string, query = '') {
  const stream = await readStream(`${rig.url}/v1/sync/stream${query}`, last);
  const events = () => stream.events.map(syncEventOf);
  return { ...stream, events, ids: () => stream.events.map(({ id }) => id) };
}

function syncEventOf(received: ReceivedEvent): SyncEvent {
  const parsed = parseSyncEvent(received, 'judge/production');
  if (!parsed.ok) throw new Error(`${parsed.code}: ${received.data}`);
  return parsed.event;
}

async function snapshot(head: Head): Promise<Encoded> {
  const answer = await rig.client.snapshot(head.digest);
  if (!answer.ok) throw new Error(answer.failure.message);
  return parseSnapshot(answer.value)!;
}

test('a receiver without state is told to get the snapshot, then follows by deltas to the same bytes', async () => {
  const stream = await listen();
  await stream.next(1);
  const [first] = stream.events() as [Extract<SyncEvent, { type: 'resync' }>];
  expect(first.type).toBe('resync');
  expect(first.within).toBeGreaterThanOrEqual(0);
  expect(stream.ids()[0]).toBeUndefined();
  let head = first.head.head;
  let encoded = await snapshot(head);
  expect(verifyEncoded(encoded, sha256)).toEqual({ ok: true });

  await rig.client.kill('plain', { why: 'a' });
  await rig.client.target('tiered', 'u7', { variant: 'v2' });
  await rig.client.unkill('plain');
  await stream.next(4);
  for (const event of stream.events().slice(1)) {
    if (event.type !== 'delta') throw new Error(event.type);
    const applied = applyDelta(encoded, head, deltaAt(event.delta, head), sha256);
    if (!applied.ok) throw new Error(applied.message);
    encoded = applied.encoded;
    head = event.head.head;
  }
  const now = await rig.client.head();
  if (!now.ok) throw new Error('no head');
  expect(head).toEqual(now.value.head);
  expect(encoded.digest).toBe((await snapshot(head)).digest);
  expect(stream.ids().at(-1)).toBe(`${head.lineage}:${head.revision}`);
  stream.close();
});

test('a receiver that was away resumes with one delta; one that is current with none', async () => {
  const before = await rig.client.head();
  if (!before.ok) throw new Error('no head');
  const { lineage, revision } = before.value.head;
  await rig.client.kill('plain');
  await rig.client.unkill('plain');
  await rig.client.kill('layout');
  const away = await listen(`${lineage}:${revision}`);
  await away.next(2);
  expect(away.events().map((event) => event.type)).toEqual(['head', 'delta']);
  const [, delta] = away.events() as [SyncEvent, Extract<SyncEvent, { type: 'delta' }>];
  expect([delta.delta.from, delta.head.head.revision]).toEqual([revision, revision + 3]);
  const current = await listen(`${lineage}:${revision + 3}`);
  await current.next(1);
  await rig.client.unkill('layout');
  await current.next(2);
  expect(current.events().map((event) => event.type)).toEqual(['head', 'delta']);
  away.close();
  current.close();
});

test.each(['other-lineage:3', 'nonsense', ':', ''])('a receiver at %j resynchronises', async (last) => {
  const stream = await listen(last);
  await stream.next(1);
  expect(stream.events()[0]!.type).toBe('resync');
  stream.close();
});

test('one that is ahead of the head of its own lineage resynchronises', async () => {
  const now = await rig.client.head();
  if (!now.ok) throw new Error('no head');
  const stream = await listen(`${now.value.head.lineage}:${now.value.head.revision + 5}`);
  await stream.next(1);
  expect(stream.events()[0]!.type).toBe('resync');
  stream.close();
});

test('a snapshot is immutable and compressed once; one that is not kept is gone', async () => {
  const now = await rig.client.head();
  if (!now.ok) throw new Error('no head');
  const url = `${rig.url}/v1/sync/snapshots/${now.value.head.digest}`;
  const zipped = await fetch(url);
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(zipped.headers.get('cache-control')).toContain('immutable');
  const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await plain.text()).toBe(await zipped.text());
  const gone = await rig.ask(`/v1/sync/snapshots/${'0'.repeat(64)}`);
  expect([gone.status, (await gone.json()).code]).toEqual([410, 'SNAPSHOT_GONE']);
});

test('who acknowledged what is shown, with lag, lease and whether its stream is open', async () => {
  const stream = await listen(undefined, '?receiver=pod-1');
  await stream.next(1);
  const now = await rig.client.head();
  if (!now.ok) throw new Error('no head');
  const { lineage, revision, digest } = now.value.head;
  const acknowledgement = {
    receiver: 'pod-1',
    class: 'sdk',
    lineage,
    revision: revision - 1,
    digest,
    agent: 'shop 1.2',
  } as const;
  const answer = await rig.client.acknowledge(acknowledgement);
  expect(answer).toMatchObject({ ok: true, value: { lineage, revision, within: 1 } });
  const view = await rig.client.receivers();
  expect(view).toMatchObject({
    ok: true,
    value: {
      revision,
      receivers: [{ receiver: 'pod-1', behind: 1, lease: 'held', connected: true, agent: 'shop 1.2' }],
    },
  });
  stream.close();
  for (;;) {
    const again = await rig.client.receivers();
    if (again.ok && again.value.receivers[0]!.connected === false) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const bad = await rig.post('/v1/sync/ack', { ...acknowledgement, receiver: '../x' });
  expect([bad.status, (await bad.json()).code]).toEqual([400, 'REQUEST_INVALID']);
});
