import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rig, startRig } from '../running-server.suite.ts';
import { readStream } from '../sync/read-stream.suite.ts';

const files = {
  'flag.yaml': `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: submit }
spec: { type: string, variants: { v1: one, v2: two }, default: v1, off: v1 }
`,
  'release.yaml': `apiVersion: ombre.dev/v1
kind: Release
metadata: { name: submit-v2 }
spec:
  flag: submit
  from: v1
  to: v2
  ladder:
    - { name: tenth, share: 0.1, dwell: 1h }
    - { name: full, share: 1, dwell: 1h, gate: { approval: true } }
  guards: [ { errorRate: { max: 0.05 } } ]
`,
};

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ files });
  for (;;) {
    const { releases } = (await (await rig.ask('/v1/releases')).json()) as { releases: { phase: string }[] };
    if (releases[0]?.phase === 'dwelling') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
afterAll(() => rig.close());

const counters = (sequence: number, full: boolean) => ({
  source: 'g',
  boot: 'b',
  sequence,
  at: 0,
  limits: { 'submit-v2': [] },
  full,
  rows: [],
});

describe('releases over HTTP', () => {
  // The rig checks every answer against the shape that the OpenAPI document promises.
  test('are told with where they stand', async () => {
    const view = (await (await rig.ask('/v1/releases/submit-v2')).json()) as Record<string, unknown>;
    expect(view).toMatchObject({
      phase: 'dwelling',
      epoch: 1,
      origin: 'files',
      receivers: { live: 1, activated: 1 },
    });
    expect(view.events).toMatchObject([{ number: 1, kind: 'started' }]);
    expect((await rig.ask('/v1/releases/none')).status).toBe(404);
    expect((await rig.ask('/v1/releases/none/events')).status).toBe(404);
  });

  test('are planned at the traffic given, else at what was seen or assumed', async () => {
    const given = await rig.ask('/v1/releases/submit-v2/plan?requestsPerSecond=1000&errorRate=0.001');
    expect(await given.json()).toMatchObject({ traffic: { requestsPerSecond: 1000, source: 'given' } });
    const assumed = await rig.ask('/v1/releases/submit-v2/plan');
    expect(await assumed.json()).toMatchObject({ traffic: { source: 'assumed' } });
    expect((await rig.ask('/v1/releases/submit-v2/plan?errorRate=2')).status).toBe(400);
  });

  test('do what they are told with the write token alone, and say why they do not', async () => {
    const path = '/v1/releases/submit-v2';
    expect((await rig.post(`${path}/pause`, {})).status).toBe(401);
    const refused = await rig.post(`${path}/approve`, {}, { token: true });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: 'RELEASE_REFUSED',
      message: expect.stringContaining('Nothing waits'),
    });
    const promoted = await rig.post(`${path}/promote`, { author: 'ann' }, { token: true });
    expect(await promoted.json()).toMatchObject({ at: { level: 'full' } });
    expect((await rig.post('/v1/releases/none/pause', {}, { token: true })).status).toBe(404);
  });

  test('take what gateways counted, and ask for all of it after a gap', async () => {
    expect((await rig.post('/v1/counters', counters(1, true))).status).toBe(401);
    const first = await rig.post('/v1/counters', counters(1, true), { token: true });
    expect(await first.json()).toEqual({ resend: false });
    const gap = await rig.post('/v1/counters', counters(3, false), { token: true });
    expect(await gap.json()).toEqual({ resend: true });
    expect((await rig.post('/v1/counters', { source: 'g' }, { token: true })).status).toBe(400);
  });

  test('are streamed: what was missed, the view, and what happens next', async () => {
    const { events, until, close } = await readStream(`${rig.url}/v1/releases/submit-v2/events`, '0');
    await until(({ event }) => event === 'view');
    expect(events[0]).toMatchObject({ event: 'event', id: '1' });
    await rig.post('/v1/releases/submit-v2/abort', { author: 'ann', why: 'enough' }, { token: true });
    await until(({ event, data }) => event === 'event' && data.includes('"rolled-back"'));
    await until(({ event, data }) => event === 'view' && data.includes('"phase":"rolled-back"'));
    const numbers = events.filter(({ event }) => event === 'event').map(({ id }) => Number(id));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    close();
  });
});
