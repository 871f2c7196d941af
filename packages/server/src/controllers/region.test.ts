import { bind, compileSnapshot, evaluate } from '@ombre/decide';
import { type CounterRow, type Counters, SUB_BUCKETS } from '@ombre/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resource } from '../commands/control.suite.ts';
import type { Controller } from './controller.ts';
import { climb, ENVIRONMENT, flag, openStage, type Stage, settle } from './stage.suite.ts';

/** What the new version fails, where the whole region has it. */
let harm = 0;
let sequence = 0;
let seed = 7;
const rows = new Map<string, CounterRow>();
const seen = new Set<string>();
let stage: Stage;
let controller: Controller;
beforeEach(async () => {
  stage = await openStage();
  harm = 0;
  seed = 7;
  rows.clear();
  seen.clear();
  await stage.control.files([
    resource('Vocabulary', 'users', { attributes: { 'user.region': { type: 'string' } } }),
    flag('a'),
    climb('r', {
      guards: [{ errorsAboveControl: { effect: 0.05 } }],
      ladder: [
        {
          name: 'region',
          when: 'user.region == "CN"',
          share: 1,
          dwell: '30s',
          steps: [{ share: 0.5, dwell: '20s' }],
        },
        { name: 'full', share: 1, dwell: '1h', gate: { approval: true } },
      ],
    }),
  ]);
  controller = stage.start('one');
});
afterEach(() => stage.close());

/** Lets people use the service as the snapshot decides, 2,400 requests a second; one in a hundred fails. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 250) {
    stage.clock.advance(250);
    const encoded = stage.control.views.encoded(ENVIRONMENT);
    if (encoded === undefined) throw new Error('no snapshot');
    const snapshot = compileSnapshot(encoded);
    for (let i = 0; i < 600; i += 1) {
      const person = next(12_000);
      const region = person % 3 === 0 ? 'CN' : 'US';
      const context = { targetingKey: `p${person}`, user: { region } };
      count(evaluate(bind(snapshot, context, 0), 'a'), person);
    }
    const report = { source: 'g', boot: 'b', sequence: ++sequence, at: 0, limits: { r: [] }, full: true };
    controller.take({ ...report, rows: [...rows.values()] } satisfies Counters);
    await settle();
  }
}
/** The same people at every run: a Weyl sequence through a mixer. */
function next(below: number): number {
  seed = (seed + 0x9e3779b9) | 0;
  let z = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return Math.floor((((z ^ (z >>> 15)) >>> 0) / 2 ** 32) * below);
}

function count(outcome: ReturnType<typeof evaluate>, person: number): void {
  const { release = null, level = null, arm, epoch = null, variant = null } = outcome;
  const bucket = Math.floor(person / 3) % SUB_BUCKETS;
  const failed = next(10_000) < 100 + (arm === 'treatment' ? 10_000 * harm : 0);
  const key = `${release} ${level} ${arm} ${epoch} ${variant} ${bucket}`;
  const before = rows.get(key) ?? { requests: 0, failures: 0, units: 0 };
  const fresh = !seen.has(`${key} ${person}`);
  seen.add(`${key} ${person}`);
  rows.set(key, {
    ...{
      flag: 'a',
      rule: null,
      release,
      level,
      arm,
      epoch,
      variant,
      bucket,
      slow: [],
      latencySum: 0,
      open: 0,
    },
    requests: before.requests + 1,
    failures: before.failures + (failed ? 1 : 0),
    units: before.units + (fresh ? 1 : 0),
  });
}

const now = () => controller.followed.get('r');

test('a whole region without control is compared with what it was and with users outside, and goes on when it is well', async () => {
  await pass(24_000);
  expect(now()?.state.placement.shares).toEqual([1]);
  await pass(20_000);
  const [evidence] = now()?.health.evidence ?? [];
  expect([evidence?.verdict, evidence?.sentence]).toEqual([
    'good',
    expect.stringContaining('expected by what was before and by users outside'),
  ]);
  expect(now()?.rates.read().control.requestsPerSecond).toBe(0);
  await pass(20_000);
  expect(now()?.state.phase).toBe('waiting');
});

test('is taken back when it fails more than that explains', async () => {
  await pass(24_000);
  expect(now()?.state.placement.shares).toEqual([1]);
  harm = 0.1;
  await pass(10_000);
  const { rollback } = now()?.state ?? {};
  expect(rollback?.evidence[0]?.sentence).toContain('expected by what was before and by users outside');
});
