import { describe, expect, test } from 'vitest';
import { globalFunction, overload } from '../cel/function.ts';
import { applyDelta, applyDeltaInSteps } from '../snapshot/apply-delta.ts';
import { diffSnapshots } from '../snapshot/diff.ts';
import { finish } from '../steps.ts';
import { type Advanced, advanceInSteps, advanceSnapshot } from './advance.ts';
import type { CodeVocabulary } from './code-vocabulary.ts';
import { compileInSteps, compileSnapshot } from './compile.ts';
import { type Bodies, encode, headOf, sha256, snapshotOf } from './environment.suite.ts';
import { bind, evaluate, flagReader } from './evaluate.ts';
import { Foundry } from './foundry.ts';
import { IdSet } from './id-set.ts';
import type { Snapshot } from './snapshot.ts';

const flag = (rules: readonly unknown[] = [], rest: object = {}) => ({
  type: 'object',
  variants: { on: { deep: [1] }, off: false },
  default: 'off',
  off: 'off',
  rules: rules.map((rule, i) => ({ id: `r${i}`, serve: { variant: 'on' }, ...(rule as object) })),
  ...rest,
});
const vocabulary = (attributes: object) => ({ attributes });

/** Brings a snapshot from one set of entries to another by a delta. */
function advance(snapshot: Snapshot, first: Bodies, second: Bodies): Advanced {
  const [from, to] = [encode(first), encode(second)];
  const delta = diffSnapshots(from, headOf(from, 1), to, headOf(to, 2));
  const applied = applyDelta(from, headOf(from, 1), delta, sha256);
  if (!applied.ok) throw new Error(applied.message);
  return advanceSnapshot(snapshot, applied.encoded, delta);
}

describe('a snapshot', () => {
  test('names its flags, and outcomes are frozen to the bottom', () => {
    const snapshot = snapshotOf({ 'Flag/b': flag(), 'Flag/a': flag([{}]) });
    expect(snapshot.flags).toEqual(['a', 'b']);
    const { value } = evaluate(bind(snapshot, {}, 0), 'a');
    expect(() => ((value as unknown as { deep: number[] }).deep[0] = 2)).toThrow(TypeError);
    expect(evaluate(bind(snapshot, {}, 0), 'a')).toBe(evaluate(bind(snapshot, {}, 1), 'a'));
    expect(Object.isFrozen(evaluate(bind(snapshot, {}, 0), 'nobody'))).toBe(true);
  });

  test('knows when time alone changes an answer, and of which flags', () => {
    const bodies = {
      'Flag/a': flag([], { validity: { from: '1970-01-01T00:00:01Z', until: '1970-01-01T00:00:05Z' } }),
      'Flag/b': flag([], { prerequisites: [{ flag: 'a', variant: 'on' }] }),
      'Flag/c': flag(),
      'Override/c': { kill: { until: 3000 }, targets: { u: { variant: 'on', until: 4000 } } },
    };
    const snapshot = snapshotOf(bodies);
    const instants = [0, 1000, 3000, 4000, 5000].map((after) => snapshot.boundaries(after));
    expect(instants).toEqual([1000, 3000, 4000, 5000, undefined]);
    expect(snapshot.changedBetween(0, 1000)).toEqual(['a', 'b']);
    expect(snapshot.changedBetween(1000, 4000)).toEqual(['c']);
    expect(snapshot.changedBetween(5000, 9000)).toEqual([]);
  });

  test('disables just the flags that need what is not here, and says so', () => {
    const bodies = {
      'Vocabulary/v': vocabulary({
        'geo.region': { type: 'string', derivedBy: 'geo' },
        'user.x': { type: 'int' },
      }),
      'Segment/cn': { when: 'geo.region == "CN"' },
      'Segment/scored': { when: 'score(user.x) > 1' },
      'Flag/plain': flag([{ when: 'user.x > 1' }]),
      'Flag/region': flag([{ when: 'inSegment("cn")' }]),
      'Flag/score': flag([{ when: 'inSegment("scored")' }]),
      'Flag/later': flag([], { semantics: 2 }),
      'Flag/foreign': flag([{ serve: { share: 0.5, variant: 'on', algorithm: 'unleash/1' } }]),
    };
    const snapshot = snapshotOf(bodies);
    expect(snapshot.unsupported.map(({ flag, code }) => `${flag} ${code}`)).toEqual([
      'foreign FLAG_UNSUPPORTED',
      'later FLAG_UNSUPPORTED',
      'region ATTRIBUTE_UNAVAILABLE',
      'score FLAG_UNSUPPORTED',
    ]);
    const context = { targetingKey: 'u', 'geo.region': 'CN', 'user.x': 2 };
    const answers = (of: Snapshot) =>
      snapshot.flags.map((name) => {
        const { variant, error } = evaluate(bind(of, context, 0), name);
        return error ?? variant;
      });
    expect(answers(snapshot)).toEqual([
      'FLAG_UNSUPPORTED',
      'FLAG_UNSUPPORTED',
      'on',
      'off',
      'FLAG_UNSUPPORTED',
    ]);

    const int = (value: unknown) => BigInt(value as bigint) * 2n;
    const vocabularies: CodeVocabulary[] = [
      {
        functions: [globalFunction('score', overload(['int'], 'int', int))],
        enrichers: [{ name: 'geo', derive: (_read, _now, data) => ({ 'geo.region': data }) }],
      },
    ];
    const equipped = snapshotOf(bodies, { vocabularies, data: 'CN' });
    expect(equipped.unsupported.map(({ flag }) => flag)).toEqual(['foreign', 'later']);
    expect(answers(equipped)).toEqual(['FLAG_UNSUPPORTED', 'FLAG_UNSUPPORTED', 'on', 'on', 'on']);
  });

  test('an enricher reads what was given and the time, never what is derived, and may throw', () => {
    const attributes = {
      'user.ip': { type: 'string' },
      'geo.region': { type: 'string', derivedBy: 'geo' },
      'rate.now': { type: 'int', derivedBy: 'broken' },
    };
    let calls = 0;
    const vocabularies: CodeVocabulary[] = [
      {
        enrichers: [
          {
            name: 'geo',
            derive: (read, now) => {
              calls += 1;
              expect(read('geo.region')).toBeUndefined();
              return { 'geo.region': `${String(read('user.ip'))}@${now}` };
            },
          },
          {
            name: 'broken',
            derive: () => {
              throw new Error('no data');
            },
          },
        ],
      },
    ];
    const rules = [{ when: 'rate.now > 0 || geo.region == "x"' }, { when: 'geo.region == "1.2.3.4@5"' }];
    const snapshot = snapshotOf(
      { 'Vocabulary/v': vocabulary(attributes), 'Flag/f': flag(rules) },
      { vocabularies },
    );
    const bound = bind(snapshot, { user: { ip: '1.2.3.4' }, 'geo.region': 'x', rate: { now: 1 } }, 5);
    expect(evaluate(bound, 'f').rule).toBe('r1');
    expect(evaluate(bound, 'f').rule).toBe('r1');
    expect(calls).toBe(1);
  });

  test('a foreign function that throws breaks its flag alone', () => {
    const throws = () => {
      throw new Error('foreign');
    };
    const vocabularies = [{ functions: [globalFunction('odd', overload([], 'bool', throws))] }];
    const snapshot = snapshotOf({ 'Flag/f': flag([{ when: 'odd()' }]), 'Flag/g': flag() }, { vocabularies });
    expect(evaluate(bind(snapshot, {}, 0), 'f')).toMatchObject({ error: 'FLAG_BROKEN', reason: 'error' });
    expect(flagReader('f')(bind(snapshot, {}, 0))).toMatchObject({ error: 'FLAG_BROKEN' });
    expect(evaluate(bind(snapshot, {}, 0), 'g').reason).toBe('static');
  });

  test('spoiled resources break their flags alone', () => {
    const snapshot = snapshotOf({
      'Flag/no-spec': 7,
      'Flag/no-default': { ...flag(), default: 'nobody' },
      'Flag/no-variant': flag([{ serve: { variant: 'nobody' } }]),
      'Flag/fine': flag(),
      'Flag/released': flag(),
      'Release/r': { flag: 'released', from: 'off', to: 'nobody', ladder: [] },
    });
    const answers = snapshot.flags.map((name) => {
      const { variant, error } = evaluate(bind(snapshot, {}, 0), name);
      return `${variant} ${error}`;
    });
    // Off is served where there is such a variant.
    expect(answers).toEqual([
      'off undefined',
      'off FLAG_BROKEN',
      'undefined FLAG_BROKEN',
      'off FLAG_BROKEN',
      'off undefined',
    ]);
  });

  test('without leave to generate code it decides by the plan', () => {
    const original = globalThis.Function;
    const forbidden = function forbidden() {
      throw new EvalError('Code generation from strings disallowed for this context');
    };
    try {
      globalThis.Function = forbidden as unknown as FunctionConstructor;
      expect(Foundry.ifAllowed()).toBeUndefined();
      const snapshot = snapshotOf({
        'Vocabulary/v': vocabulary({ 'user.x': { type: 'int' } }),
        'Flag/f': flag([{ when: 'user.x > 1' }]),
      });
      for (let call = 0; call < 100; call++)
        expect(evaluate(bind(snapshot, { user: { x: call } }, 0), 'f').variant).toBe(call > 1 ? 'on' : 'off');
    } finally {
      globalThis.Function = original;
    }
  });

  test('one that was not compiled here cannot be bound', () => {
    expect(() => bind({ ...snapshotOf({}) }, {}, 0)).toThrow('not compiled here');
  });
});

describe('a delta', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `user-${i}`);
  const base = {
    'Segment/big': { ids: ids(5000) },
    'Flag/listed': flag([{ when: 'inSegment("big")' }]),
    'Flag/after': flag([], { prerequisites: [{ flag: 'listed', variant: 'on' }] }),
    'Flag/other': flag(),
  };

  test('of ids changes membership and names the flags that stand on the segment', () => {
    const before = snapshotOf(base);
    const to = { ...base, 'Segment/big': { ids: [...ids(5000).slice(1), 'new'] } };
    const { snapshot, changed } = advance(before, base, to);
    expect(changed).toEqual(['after', 'listed']);
    const variants = (of: Snapshot) =>
      ['user-0', 'user-1', 'new'].map(
        (targetingKey) => evaluate(bind(of, { targetingKey }, 0), 'listed').variant,
      );
    expect(variants(before)).toEqual(['on', 'on', 'off']);
    expect(variants(snapshot)).toEqual(['off', 'on', 'on']);
  });

  test('of a table changes what is served from it, by flags that were asked before', () => {
    const to = (variant: string) => ({
      'Vocabulary/v': { attributes: { tier: { type: 'string' } } },
      'Flag/asking': flag([{ serve: { table: 'rows' } }]),
      'Table/rows': {
        dimensions: [{ name: 'tier', attribute: 'tier' }],
        rows: [{ id: 'all', match: {}, serve: { variant } }],
      },
    });
    const before = snapshotOf(to('on'));
    const answer = (of: Snapshot) => evaluate(bind(of, {}, 0), 'asking');
    expect(answer(before)).toMatchObject({ variant: 'on', row: 'all' });
    const { snapshot, changed } = advance(before, to('on'), to('off'));
    expect(changed).toEqual(['asking']);
    expect(answer(snapshot)).toMatchObject({ variant: 'off', row: 'all' });
    expect(answer(before)).toMatchObject({ variant: 'on', row: 'all' });
  });

  test('of a hundred flags is applied to the bytes with a pause for each chunk it touches', () => {
    const flags = (doc: string) =>
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`Flag/f${i}`, { ...flag(), doc }]));
    const [from, to] = [encode(flags('a')), encode(flags('b'))];
    const delta = diffSnapshots(from, headOf(from, 1), to, headOf(to, 2));
    const applying = applyDeltaInSteps(from, headOf(from, 1), delta, sha256);
    let pauses = 0;
    let step = applying.next();
    for (; step.done !== true; step = applying.next()) pauses++;
    expect(step.value).toEqual({ ok: true, encoded: to });
    expect(pauses).toBeGreaterThan(to.chunks.size);
  });

  test('of one flag leaves the compiled others as they are', () => {
    const before = snapshotOf(base);
    const outcome = evaluate(bind(before, {}, 0), 'other');
    const { snapshot, changed } = advance(before, base, { ...base, 'Flag/new': flag() });
    expect(changed).toEqual(['new']);
    expect(evaluate(bind(snapshot, {}, 0), 'other')).toBe(outcome);
    expect(evaluate(bind(before, {}, 0), 'new').error).toBe('FLAG_NOT_FOUND');
    expect(evaluate(bind(snapshot, {}, 0), 'new').reason).toBe('static');
  });

  test('of a release, its placement or an override names the flag and those that stand on it', () => {
    const release = {
      flag: 'listed',
      from: 'off',
      to: 'on',
      ladder: [{ name: 'all', share: 1, dwell: '1h' }],
    };
    const placed = { reached: 1, shares: [1], epoch: 1 };
    const steps: Bodies[] = [
      { ...base, 'Release/r': release },
      { ...base, 'Release/r': release, 'Placement/r': placed },
      { ...base, 'Override/listed': { kill: {} } },
    ];
    let [snapshot, at]: [Snapshot, Bodies] = [snapshotOf(base), base];
    const seen: unknown[] = [];
    for (const next of steps) {
      const advanced = advance(snapshot, at, next);
      expect(advanced.changed).toEqual(['after', 'listed']);
      [snapshot, at] = [advanced.snapshot, next];
      seen.push(evaluate(bind(snapshot, { targetingKey: 'x' }, 0), 'listed').reason);
    }
    expect(seen).toEqual(['default', 'release', 'kill']);
  });

  test('of a vocabulary names the flags that can read what changed', () => {
    const first = {
      'Vocabulary/v': vocabulary({ 'a.city': { type: 'string' }, 'a.tier': { type: 'string' } }),
      'Flag/x': flag([{ when: 'a.city == "1"' }]),
      'Flag/y': flag([{ when: 'a.tier == "1"' }]),
      'Flag/z': flag([{ when: 'a.rank == 1' }]),
    };
    const second = {
      ...first,
      'Vocabulary/v': vocabulary({
        'a.city': { type: 'string', doc: 'new words' },
        'a.tier': { type: 'int' },
        'a.rank': { type: 'int' },
      }),
    };
    const before = snapshotOf(first);
    const { snapshot, changed } = advance(before, first, second);
    expect(changed).toEqual(['y', 'z']);
    expect(evaluate(bind(snapshot, { a: { rank: 1 } }, 0), 'z').variant).toBe('on');
    expect(evaluate(bind(snapshot, { a: { tier: '1' } }, 0), 'y').variant).toBe('off');
    expect(evaluate(bind(before, { a: { tier: '1' } }, 0), 'y').variant).toBe('on');
  });

  test('a reader follows from revision to revision', () => {
    const read = flagReader('listed');
    const before = snapshotOf(base);
    const { snapshot } = advance(before, base, { ...base, 'Flag/listed': flag() });
    const context = { targetingKey: 'user-1' };
    for (let call = 0; call < 100; call++) {
      expect(read(bind(before, context, 0)).variant).toBe('on');
      expect(read(bind(snapshot, context, 0)).variant).toBe('off');
    }
    expect(read(bind(snapshotOf({}), {}, 0)).error).toBe('FLAG_NOT_FOUND');
  });

  test('and a load can be taken in slices, the old snapshot serving meanwhile', () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`Flag/f${i}`, flag()]));
    const encoded = encode({ ...base, ...many });
    let pauses = 0;
    const steps = compileInSteps(encoded);
    while (steps.next().done !== true) pauses += 1;
    expect(pauses).toBeGreaterThan(200);
    const [from, to] = [encode(base), encoded];
    const delta = diffSnapshots(from, headOf(from, 1), to, headOf(to, 2));
    const before = compileSnapshot(from);
    const advancing = advanceInSteps(before, to, delta);
    advancing.next();
    expect(evaluate(bind(before, {}, 0), 'f1').error).toBe('FLAG_NOT_FOUND');
    expect(finish(advancing).changed).toHaveLength(3000);
  });
});

test('a set of ids holds what it was given, whatever was added and removed', () => {
  const before = IdSet.of(['a', 'b', '', '学生'], 100_000);
  const after = finish(before.with(['c'], ['a']));
  const ask = (set: IdSet) => ['a', 'b', 'c', '', '学生', 'x'].map((id) => set.has(id));
  expect(ask(before)).toEqual([true, true, false, true, true, false]);
  expect(ask(after)).toEqual([false, true, true, true, true, false]);
  const many = Array.from({ length: 100_000 }, (_, i) => `id-${i}`);
  const grown = finish(IdSet.of([]).with(many, []));
  expect([grown.size, grown.has('id-99999'), grown.has('id-100000')]).toEqual([100_000, true, false]);
});
