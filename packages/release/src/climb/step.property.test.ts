import { parseDuration, type ReleaseSpec, START } from '@ombre/decide/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineHealth, type GuardEvidence, type HealthVerdict } from '../health/health.ts';
import { isFinal } from '../saga/saga-state.ts';
import type { Effect } from './effect.ts';
import type { ReleaseEvent } from './event.ts';
import { type ReleaseState, startRelease } from './state.ts';
import { step } from './step.ts';

const share = fc.constantFrom(0.001, 0.01, 0.1, 0.5, 1);
const dwell = fc.constantFrom('500ms', '1s', '3s', '10s');
const level = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c'),
    share,
    dwell,
    steps: fc.array(fc.record({ share, dwell }), { minLength: 1, maxLength: 3 }),
    gate: fc.oneof(
      fc.constant({ approval: true } as const),
      fc.constant({ webhook: { url: 'http://gate.test' } }),
    ),
    before: fc.constantFrom(
      [{ name: 'p', do: { url: 'http://p.test' }, undo: { url: 'http://p.test' } }],
      [
        { name: 'q', do: { url: 'http://q.test' }, undo: { url: 'http://q.test' } },
        {
          name: 'r',
          try: { url: 'http://r.test' },
          confirm: { url: 'http://r.test' },
          cancel: { url: 'http://r.test' },
        },
      ],
    ),
    longest: fc.constantFrom('1s', '20s'),
    untested: fc.boolean(),
  },
  { requiredKeys: ['name', 'share', 'dwell'] },
);
const specs: fc.Arbitrary<ReleaseSpec> = fc.record(
  {
    flag: fc.constant('f'),
    from: fc.constant('v1'),
    to: fc.constant('v2'),
    ladder: fc.array(level, { minLength: 1, maxLength: 4 }),
    onChange: fc.constantFrom('refuse', 'restart', 'carry-on'),
    onFailure: fc.constantFrom('rollback', 'freeze'),
    onUnknown: fc.constant({ rollbackAfter: '20s' }),
    watch: fc.constant('5s'),
    consistency: fc.constant([
      { postgres: { primary: 'env:OMBRE_SECRET_A', standby: 'env:OMBRE_SECRET_B' } },
    ]),
    probes: fc.constant({ any: [{ http: { url: 'http://new.test' } }] }),
  },
  { requiredKeys: ['flag', 'from', 'to', 'ladder'] },
);

/** What befalls a release: mostly time, and everything else now and then. Confirmations answer what was asked for. */
type Happening =
  | { readonly kind: 'event'; readonly event: ReleaseEvent; readonly passes: number }
  | { readonly kind: 'confirm' | 'refuse' | 'answer' | 'edit' };

const verdicts = fc.oneof(
  { weight: 20, arbitrary: fc.constant<HealthVerdict>('good') },
  { weight: 3, arbitrary: fc.constantFrom<HealthVerdict>('undecided', 'unknown', 'bad') },
);
const tick = fc.record({
  kind: fc.constant('tick' as const),
  interval: fc.constantFrom(250, 1000),
  fresh: fc.constantFrom(true, true, true, false),
  health: verdicts.map((verdict) => combineHealth([guard(verdict)])),
  receivers: fc.oneof(
    { weight: 8, arbitrary: fc.constant({ live: 1, activated: 1 }) },
    { weight: 1, arbitrary: fc.constantFrom({ live: 2, activated: 1 }, { live: 0, activated: 0 }) },
  ),
  traffic: fc.constantFrom({ to: 0 }, { to: 7 }, {}),
});
const sometimes = fc.oneof(
  fc.record({
    kind: fc.constant('command' as const),
    command: fc.constantFrom('pause', 'resume', 'promote', 'abort', 'approve', 'land'),
    by: fc.constant('ann'),
    why: fc.constant('because'),
  }),
  fc.record({ kind: fc.constantFrom('killed', 'lifted', 'deleted'), by: fc.constant('ann') }),
  fc.constant({ kind: 'changed' as const, what: ['Flag/f'] }),
  fc.record({ kind: fc.constant('placed' as const), epoch: fc.nat(20), revision: fc.nat(100) }),
  fc.record({
    kind: fc.constant('result' as const),
    key: fc.constantFrom('place/1', 'gate/3', 'probe/4', 'land/9'),
    result: fc.constantFrom('done', 'failed', 'unknown'),
  }),
);
const passes = fc.constantFrom(0, 250, 1000, 1000, 1000, 3_600_000, -3_600_000);
const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: fc.record({ kind: fc.constant('event' as const), event: tick, passes }) },
    { weight: 15, arbitrary: fc.constant({ kind: 'confirm' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'answer' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'refuse' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('event' as const),
        event: sometimes as fc.Arbitrary<ReleaseEvent>,
        passes: fc.constant(100),
      }),
    },
  ),
  { maxLength: 250, size: 'max' },
);

function guard(verdict: HealthVerdict): GuardEvidence {
  const window = { from: 0, to: 1 };
  const rest = { numbers: {}, window, requests: 1, units: 1, series: [] };
  return { guard: 'errorRate', source: 'counters', verdict, sentence: verdict, ...rest };
}

type Moment = {
  readonly before: ReleaseState;
  readonly after: ReleaseState;
  readonly event: ReleaseEvent;
  readonly effects: readonly Effect[];
  readonly now: number;
};

/** A shell that performs what is asked for, in order, when told to. */
function play(spec: ReleaseSpec, script: readonly Happening[]): readonly Moment[] {
  const moments: Moment[] = [];
  const open: Effect[] = [];
  let stored = START;
  let state = startRelease(START);
  let now = 1_000_000;
  let revision = 1;
  const take = (event: ReleaseEvent) => {
    const before = state;
    const next = step(spec, before, event, now);
    moments.push({ before, after: next.state, event, effects: next.effects, now });
    open.push(...next.effects.filter(({ kind }) => kind !== 'notify'));
    state = next.state;
  };
  for (const one of script) {
    if (one.kind === 'event') {
      now += one.passes;
      // The store alone hands out epochs: one nobody asked for cannot be confirmed.
      if (one.event.kind !== 'placed' || one.event.epoch <= stored.epoch) take(one.event);
      continue;
    }
    const effect = open.shift();
    if (effect?.kind === 'place') {
      const wanted = effect.placement;
      if (one.kind === 'refuse' || wanted.epoch !== stored.epoch + 1) {
        take({ kind: 'result', key: effect.key, result: 'failed', epoch: stored.epoch });
      } else {
        stored = wanted;
        revision += 1;
        take({ kind: 'placed', epoch: stored.epoch, revision });
      }
    } else if (effect !== undefined) {
      const result = one.kind === 'confirm' ? 'done' : one.kind === 'refuse' ? 'failed' : 'unknown';
      take({ kind: 'result', key: effect.key, result });
    }
  }
  return moments;
}

const RUNS = { numRuns: 400 };

test('the lives that are drawn come to all that is said of them below', () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (const [spec, script] of fc.sample(fc.tuple(specs, happenings), { ...RUNS, seed: 1 })) {
    for (const { before, after, event, effects } of play(spec, script)) {
      if (after.phase !== before.phase) count(after.phase);
      if (before.phase === 'dwelling' && after.phase === 'climbing' && event.kind === 'tick')
        count('left a step');
      for (const effect of effects) count(effect.kind === 'saga' ? effect.call.action : effect.kind);
    }
  }
  const enough = { dwelling: 100, 'left a step': 50, frozen: 50, 'rolled-back': 100, undo: 50, cancel: 20 };
  for (const [what, least] of Object.entries({ ...enough, watching: 1, completed: 1 }))
    expect(seen.get(what) ?? 0, what).toBeGreaterThanOrEqual(least);
});

describe('whatever happens, the machine', () => {
  test('never throws, and its state survives JSON unchanged', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        for (const { after } of play(spec, script)) expect(JSON.parse(JSON.stringify(after))).toEqual(after);
      }),
      RUNS,
    );
  });

  test('answers the same from a state that was written down', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        for (const { before, event, now, after, effects } of play(spec, script)) {
          const again = step(spec, JSON.parse(JSON.stringify(before)) as ReleaseState, event, now);
          expect(again).toEqual({ state: after, effects });
        }
      }),
      { numRuns: 100 },
    );
  });

  test('never asks for more than the spec allows, nor for two levels at once', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        let reached = 0;
        for (const { effects } of play(spec, script)) {
          for (const effect of effects) {
            if (effect.kind !== 'place') continue;
            const { placement } = effect;
            expect(placement.shares.length).toBe(placement.reached);
            placement.shares.forEach((share, index) => {
              expect(share).toBeLessThanOrEqual(spec.ladder[index]!.share);
            });
            expect(placement.reached).toBeLessThanOrEqual(reached + 1);
            reached = placement.reached;
          }
        }
      }),
      RUNS,
    );
  });

  test('leaves no step by itself before it was healthy there for its dwell', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        // Counted here from the events alone, and from nothing the machine says about its own hold.
        let healthy = 0;
        let last: number | undefined;
        for (const { before, after, event, effects, now } of play(spec, script)) {
          if (event.kind === 'tick') {
            const passed = Math.min(Math.max(0, now - (last ?? now)), 2 * event.interval);
            last = now;
            if (event.fresh && ['good', 'undecided'].includes(event.health.verdict)) healthy += passed;
          }
          const moved = effects.some((effect) => effect.kind === 'place' && effect.placement.reached > 0);
          const left = before.phase === 'dwelling' && after.phase !== 'dwelling' && event.kind === 'tick';
          if (left && ['climbing', 'waiting', 'watching', 'completed'].includes(after.phase) && before.at) {
            const at = spec.ladder[before.at.level]!;
            const own = [...(at.steps ?? []), at][before.at.step]!;
            expect(healthy).toBeGreaterThanOrEqual(parseDuration(own.dwell)!);
          }
          if (moved || after.phase === 'climbing') healthy = 0;
        }
      }),
      RUNS,
    );
  });

  test('asks for nobody when it goes back, and for nothing but that until it is back', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        for (const { before, after, effects } of play(spec, script)) {
          const places = effects.filter((effect) => effect.kind === 'place');
          if (after.phase === 'rolling-back') {
            expect(places.every(({ placement }) => placement.reached === 0)).toBe(true);
            expect(after.move?.placement.shares ?? after.placement.shares).toEqual([]);
          }
          if (after.phase === 'rolled-back' && before.phase !== 'rolled-back') {
            expect([after.placement.reached, after.move]).toEqual([0, undefined]);
          }
        }
      }),
      RUNS,
    );
  });

  test('once going back ends at nobody, given a shell that performs and receivers that answer', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        const quiet = { kind: 'tick', interval: 1000, fresh: true, traffic: { to: 0 } } as const;
        const calm: ReleaseEvent = {
          ...quiet,
          health: combineHealth([]),
          receivers: { live: 1, activated: 1 },
        };
        const abort: ReleaseEvent = { kind: 'command', command: 'abort', by: 'ann', why: 'end' };
        const end: Happening[] = [{ kind: 'event', event: abort, passes: 1 }];
        for (let i = 0; i < 600; i++) {
          end.push({ kind: 'confirm' }, { kind: 'event', event: calm, passes: 1000 });
        }
        const moments = play(spec, [...script, ...end]);
        const aborted = moments.findIndex(({ event }) => event === abort);
        const { before } = moments[aborted]!;
        const landed = before.phase === 'landed' || isFinal(before.saga);
        const over = moments.slice(aborted).some(({ after }) => after.phase === 'rolled-back');
        expect(landed || over).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('undoes steps only when nobody is treated, and begins none that is undone', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        const undone = new Set<string>();
        for (const { after, effects } of play(spec, script)) {
          for (const effect of effects) {
            if (effect.kind !== 'saga') continue;
            const { action, transaction } = effect.call;
            if (action === 'undo' || action === 'cancel') {
              undone.add(transaction);
              expect([after.placement.reached, after.move]).toEqual([0, undefined]);
            } else expect(undone.has(transaction)).toBe(false);
          }
        }
      }),
      RUNS,
    );
  });

  test('gives every effect a key of its own', () => {
    fc.assert(
      fc.property(specs, happenings, (spec, script) => {
        const keys = play(spec, script).flatMap(({ effects }) => effects.map(({ key }) => key));
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 100 },
    );
  });
});
