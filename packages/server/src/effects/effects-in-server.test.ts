import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { EXAMPLE, type Rig, startRig } from '../running-server.suite.ts';
import { type Heard, startService } from './http-service.suite.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const release = (url: string): string => `apiVersion: ombre.dev/v1
kind: Release
metadata: { name: new-plain }
spec:
  flag: plain
  from: "on"
  to: "off"
  ladder:
    - name: tenth
      share: 0.1
      dwell: 500ms
      untested: true
      gate: { webhook: { url: "${url}/gate" } }
      before:
        - { name: table, do: { url: "${url}/table" }, undo: { url: "${url}/table" } }
        - name: seats
          try: { url: "${url}/seats" }
          confirm: { url: "${url}/seats" }
          cancel: { url: "${url}/seats" }
    - { name: full, share: 1, dwell: 1h, untested: true }
  probes: { every: 200ms, any: [{ http: { url: "${url}/health" } }] }
`;

async function until(rig: Rig, phase: string, level?: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const response = await rig.ask('/v1/releases/new-plain');
    const view = (await response.json()) as { phase?: string; at?: { level: string } };
    if (view.phase === phase && (level === undefined || view.at?.level === level)) return;
    if (tries > 2_000) throw new Error(`is ${view.phase} at ${view.at?.level}, not ${phase} at ${level}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a release on a running server asks its gate, carries out its steps, is probed, tells people, and undoes its steps when it is aborted', async () => {
  let gates = 0;
  const world = await startService(({ url }) => {
    if (url !== '/gate') return { status: 200 };
    gates += 1;
    return { status: 200 };
  });
  closing.push(world.close);
  const chat = await startService(() => ({ status: 200 }));
  closing.push(chat.close);
  process.env.OMBRE_TEST_CHAT_KEY = 'a key';
  const rig = await startRig({
    files: { ...EXAMPLE, 'release.yaml': release(world.url) },
    notify: `${chat.url}/hook`,
    notifySecret: 'env:OMBRE_TEST_CHAT_KEY',
  });
  closing.push(() => rig.close());

  await until(rig, 'dwelling', 'full');
  expect(gates).toBe(1);
  const abort = await rig.post('/v1/releases/new-plain/abort', { why: 'enough' }, { token: true });
  expect(abort.status).toBe(200);
  await until(rig, 'rolled-back');

  const calls = world.heard.filter(({ headers }) => headers['ombre-action'] !== undefined);
  expect(calls.map(({ url, headers }) => `${headers['ombre-action']} ${url}`)).toEqual([
    'do /table',
    'try /seats',
    'cancel /seats',
    'undo /table',
  ]);
  const keys = calls.map(({ headers }) => String(headers['idempotency-key']));
  expect(new Set(keys).size).toBe(4);
  for (const key of keys)
    expect(key).toMatch(/^judge\/production\/new-plain\/\S+\/1\/tenth\/(table|seats)\/\w+$/);
  expect(world.heard.some(({ method, url }) => method === 'GET' && url === '/health')).toBe(true);

  await expectTopics(chat.heard, ['waiting', 'started', 'level', 'rolling-back', 'undoing', 'rolled-back']);
  for (const { headers, body } of chat.heard) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', 'a key').update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
  }
});

async function expectTopics(heard: readonly Heard[], topics: readonly string[]): Promise<void> {
  const told = () => heard.map(({ body }) => (JSON.parse(body) as { data: { topic: string } }).data.topic);
  for (let tries = 0; tries < 1_000 && !told().includes('rolled-back'); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // A machine that stands still for seconds freezes it for a while.
  const aside = ['frozen', 'thawed'];
  expect([...new Set(told())].filter((topic) => !aside.includes(topic))).toEqual(topics);
}
