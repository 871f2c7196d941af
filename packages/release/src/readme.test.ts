import { readFileSync } from 'node:fs';
import { START } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import type { CountersReport, CountersReportRow, Effect, ReleaseEvent, ReleaseState } from './index.ts';
import * as release from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, loop = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];

type Host = { report(counters: CountersReport): unknown; event(event: ReleaseEvent): void; tick(): void };
type HostRelease = (name: string, spec: object, shell: object) => Host;

function hostRelease(): HostRelease {
  const body = loop
    .replace(/import (\{[^}]*\}) from '@ombre\/release';/, 'const $1 = release;')
    .replace('export ', '');
  return new Function('release', `${body}\nreturn hostRelease;`)(release) as HostRelease;
}

const spec = {
  flag: 'f',
  from: 'old',
  to: 'new',
  ladder: [
    { name: 'tenth', share: 0.1, dwell: '5s' },
    { name: 'full', share: 1, dwell: '5s' },
  ],
  guards: [{ errorRate: { max: 0.05 } }],
};

/** A shell in memory, and traffic of which `failing` of ten fail on the new version. */
function play(failing: (second: number) => number, seconds: number): ReleaseState {
  let state: ReleaseState | undefined;
  let placement = START;
  let revision = 0;
  let now = 1_700_000_000_000;
  const open = new Map<string, Effect>();
  const shell = {
    clock: () => now,
    receivers: () => ({ live: 1, activated: 1 }),
    store: {
      read: () => state,
      placement: () => placement,
      write(next: ReleaseState, effects: readonly Effect[]) {
        state = JSON.parse(JSON.stringify(next)) as ReleaseState;
        for (const effect of effects) open.set(effect.key, effect);
      },
      open: () => [...open.values()],
      done: (key: string) => open.delete(key),
    },
    perform(effect: Effect): ReleaseEvent | undefined {
      if (effect.kind !== 'place') return undefined;
      placement = effect.placement;
      revision += 1;
      return { kind: 'placed', epoch: placement.epoch, revision };
    },
  };
  const host = hostRelease()('r', spec, shell);
  const rows = new Map<string, CountersReportRow>();
  for (let second = 0; second < seconds; second++) {
    now += 1000;
    const level = spec.ladder[placement.reached - 1]?.name;
    for (let bucket = 0; bucket < 64 && level !== undefined; bucket++) {
      const place = { flag: 'f', rule: null, release: 'r', level, epoch: placement.epoch, bucket };
      const key = `${level} ${placement.epoch} ${bucket}`;
      const before = rows.get(key) ?? { requests: 0, failures: 0, units: 0 };
      rows.set(key, {
        ...place,
        arm: 'treatment',
        variant: 'new',
        requests: before.requests + 10,
        failures: before.failures + (bucket % 2 === 0 ? failing(second) : 0),
        slow: [],
        latencySum: 0,
        open: 0,
        units: before.units + 1,
      });
    }
    const head = { source: 'g', boot: 'b', sequence: second + 1, full: true, limits: { r: [] } };
    host.report({ ...head, rows: [...rows.values()] });
    host.tick();
  }
  return state!;
}

describe('the README', () => {
  test('shows a host loop of at most thirty lines', () => {
    expect(loop.trim().split('\n').length).toBeLessThanOrEqual(30);
  });

  test('shows a loop that brings a good version to everybody', () => {
    const state = play(() => 0, 60);
    expect([state.phase, state.placement.shares]).toEqual(['completed', [0.1, 1]]);
  });

  test('shows a loop that takes a bad version back and says how fast', () => {
    const state = play((second) => (second > 10 ? 5 : 0), 40);
    expect(state.phase).toBe('rolled-back');
    expect(state.placement).toMatchObject({ reached: 0, shares: [] });
    expect(state.rollback!.why).toContain('surely above 5 %');
    const { detection = Number.NaN } = release.rollbackParts(state.rollback!);
    expect(detection).toBeLessThanOrEqual(2000);
  });
});
