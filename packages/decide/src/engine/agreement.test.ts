import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../explain/explain.ts';
import type { Outcome } from '../outcome.ts';
import { applyDelta } from '../snapshot/apply-delta.ts';
import type { Delta } from '../snapshot/delta.ts';
import { diffSnapshots } from '../snapshot/diff.ts';
import { advanceSnapshot } from './advance.ts';
import { compileSnapshot } from './compile.ts';
import { encode, headOf, sha256 } from './environment.suite.ts';
import { bind, evaluate } from './evaluate.ts';
import { context, environment, now, vocabularies } from './random-environment.suite.ts';
import type { Snapshot } from './snapshot.ts';

function answers(
  snapshot: Snapshot,
  contexts: readonly Record<string, unknown>[],
  at: number,
  times = 1,
): Outcome[] {
  return contexts.flatMap((one) =>
    ['f', 'g', 'h', 'nobody'].map((name) => {
      const bound = bind(snapshot, one, at);
      let outcome = evaluate(bound, name);
      for (let again = 1; again < times; again++) outcome = evaluate(bound, name);
      return outcome;
    }),
  );
}

describe('any environment and any contexts', () => {
  test('explain, the interpreter and generated code give the same outcome', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        environment,
        fc.array(context, { minLength: 1, maxLength: 6 }),
        now,
        (bodies, contexts, at) => {
          const encoded = encode(bodies);
          const hot = compileSnapshot(encoded, { vocabularies });
          const cold = compileSnapshot(encoded, { vocabularies, codegen: false });
          // More calls than it takes for a flag to get code of its own.
          const fast = answers(hot, contexts, at, 60);
          expect(fast).toEqual(answers(cold, contexts, at));
          const explained = contexts.flatMap((one) =>
            ['f', 'g', 'h', 'nobody'].map((name) => {
              const explanation = explain(bind(cold, one, at), name);
              expect(JSON.parse(JSON.stringify(explanation.steps))).toEqual(explanation.steps);
              const why = explanation.steps.find(({ step }) => step === 'release')?.why ?? '';
              for (const [confine] of why.matchAll(/in the holdout|outside its part|no holdout/g))
                seen.set(confine, (seen.get(confine) ?? 0) + 1);
              return explanation.outcome;
            }),
          );
          expect(explained).toEqual(fast);
          for (const { reason, error, arm, ahead } of fast) {
            const kind = error ?? (arm === 'none' ? reason : arm);
            if (ahead !== undefined) seen.set('ahead', (seen.get('ahead') ?? 0) + 1);
            seen.set(kind, (seen.get(kind) ?? 0) + 1);
          }
        },
      ),
      // The same draws each time: what they come to is counted below.
      { numRuns: 400, seed: 1 },
    );
    // The random environments are of use only if they reach everything there is.
    const kinds = ['static', 'default', 'rule', 'split', 'target', 'kill', 'validity', 'prerequisite'];
    const others = [
      'treatment',
      'control',
      'ahead',
      'TARGETING_KEY_MISSING',
      'FLAG_UNSUPPORTED',
      'FLAG_BROKEN',
    ];
    const confines = ['in the holdout', 'outside its part', 'no holdout'];
    expect([...kinds, ...others, ...confines].filter((kind) => (seen.get(kind) ?? 0) < 3)).toEqual([]);
  });

  test('a snapshot that was advanced answers like one compiled anew, and names every flag that changed', () => {
    fc.assert(
      fc.property(
        environment,
        environment,
        fc.array(context, { minLength: 1, maxLength: 4 }),
        now,
        (first, second, contexts, at) => {
          const [from, to] = [encode(first), encode({ ...first, ...second })];
          const delta = diffSnapshots(from, headOf(from, 1), to, headOf(to, 2));
          const sent = JSON.parse(JSON.stringify(delta)) as Delta;
          const applied = applyDelta(from, headOf(from, 1), sent, sha256);
          if (!applied.ok) throw new Error(applied.message);
          const before = compileSnapshot(from, { vocabularies });
          const old = answers(before, contexts, at);
          const { snapshot, changed } = advanceSnapshot(before, applied.encoded, sent);
          const now = answers(snapshot, contexts, at);
          expect(now).toEqual(answers(compileSnapshot(to, { vocabularies }), contexts, at));
          expect(answers(before, contexts, at)).toEqual(old);
          const names = ['f', 'g', 'h', 'nobody'];
          for (const [index, outcome] of now.entries()) {
            if (!changed.includes(names[index % 4]!)) expect(outcome).toEqual(old[index]);
          }
          expect(snapshot.digest).toBe(to.digest);
          expect(snapshot.boundaries(0)).toBe(compileSnapshot(to).boundaries(0));
          expect(snapshot.flags).toEqual(compileSnapshot(to).flags);
        },
      ),
      { numRuns: 250 },
    );
  });
});
