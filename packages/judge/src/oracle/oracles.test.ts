import { describe, expect, test } from 'vitest';
import { oracles as bayes } from './bayes.oracles.suite.ts';
import { oracles as counts } from './counts.oracles.suite.ts';
import { oracles as means } from './means.oracles.suite.ts';
import { mismatches, type OracleRegistry, oracleCases, oraclesPresent } from './oracle.suite.ts';
import { oracles as power } from './power.oracles.suite.ts';
import { oracles as ranks } from './ranks.oracles.suite.ts';
import { oracles as sequential } from './sequential.oracles.suite.ts';
import { oracles as slices } from './slices.oracles.suite.ts';

/** Kinds that are answered in another place, or not at all, with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  decision_table: 'run with the conclusion that makes these decisions: packages/release/src/conclusion',
  irt_2pl: 'no item response model: question difficulty is its own room’s matter',
};
const causal = 'run beside the methods: packages/judge/src/causal';
const shapley = 'run beside the methods: packages/judge/src/shapley';

function reasonElsewhere(method: string): string | undefined {
  if (/^(att|ate|ite)_|^propensity_|^difference_in_means$/.test(method)) return causal;
  if (/^shapley_|^owen_|^kernelshap_|^mix_rate_/.test(method)) return shapley;
  return elsewhere[method];
}

/** What an answer may leave out: numbers printed with fewer digits beside those that are checked. */
const roundedCopies = ['published_5dp'];

const registry: OracleRegistry = {
  ...means,
  ...counts,
  ...ranks,
  ...slices,
  ...power,
  ...bayes,
  ...sequential,
};

/** The code of a refusal, answered or met on the way by `accepted`. */
function refusalOf(answer: () => Readonly<Record<string, unknown>>): unknown {
  try {
    return answer().refused;
  } catch (error) {
    return /^([A-Z_]+): /.exec(error instanceof Error ? error.message : '')?.[1];
  }
}

describe.skipIf(!oraclesPresent)('oracles (skipped where ../shared is absent)', () => {
  const cases = oracleCases();
  const answered = cases.filter(({ method }) => registry[method] !== undefined);

  test.each(answered.map((one) => [one.id, one] as const))('%s', (_, one) => {
    const answer = registry[one.method];
    if (answer === undefined) throw new Error(`no method for ${one.method}`);
    if (one.expected.error !== undefined) {
      expect(refusalOf(() => answer(one))).toBeTypeOf('string');
      return;
    }
    const got = answer(one);
    const want = Object.fromEntries(
      Object.entries(one.expected).filter(([key]) => !roundedCopies.includes(key)),
    );
    expect(mismatches(got, want, one.rel_tol)).toEqual([]);
  });

  test('of the others each says where it is answered, or why not', () => {
    const others = cases.filter(({ method }) => registry[method] === undefined);
    for (const { id, method } of others)
      console.info(`${id}: ${reasonElsewhere(method) ?? 'nobody answers this kind'}`);
    expect(others.filter(({ method }) => reasonElsewhere(method) === undefined).map(({ id }) => id)).toEqual(
      [],
    );
    expect(answered.length).toBeGreaterThanOrEqual(73);
  });
});
