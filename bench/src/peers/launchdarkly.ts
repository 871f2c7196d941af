import { init, type LDContext } from '@launchdarkly/node-server-sdk';
import { TestData } from '@launchdarkly/node-server-sdk/integrations';
import { JSON_VARIANTS, memberIds, type RuleFlag } from '../evaluate-workloads.ts';
import type { Peer } from './peer.ts';

const clause = (attribute: string, op: string, values: readonly unknown[]) => ({
  contextKind: 'user',
  attribute,
  op,
  values,
  negate: false,
});
const flag = (key: string, variations: readonly unknown[], rest: object) => ({
  key,
  version: 1,
  on: true,
  salt: key,
  variations,
  offVariation: 0,
  fallthrough: { variation: 0 },
  ...rest,
});
const rollout = (weights: readonly number[]) => ({
  rollout: { contextKind: 'user', variations: weights.map((weight, variation) => ({ variation, weight })) },
});

function ruleFlag({ name, rules }: RuleFlag): unknown {
  return flag(
    name,
    Array.from({ length: rules.length + 1 }, (_, i) => `v${i}`),
    {
      rules: rules.map(({ equal, among, above }, i) => ({
        id: `r${i + 1}`,
        variation: i + 1,
        clauses: [
          clause(equal[0], 'in', [equal[1]]),
          clause(among[0], 'in', among[1]),
          clause(above[0], 'greaterThan', [above[1]]),
        ],
      })),
    },
  );
}

/** LaunchDarkly's Node server SDK over its own test data source, events off. */
export const launchdarkly: Peer = {
  name: 'launchdarkly',
  config: (rules) =>
    JSON.stringify({
      flags: [
        flag('static-on', [true, false], {}),
        flag('half-by-user', [false, true], { fallthrough: rollout([50_000, 50_000]) }),
        flag('membership', [false, true], {
          rules: [{ id: 'members', variation: 1, clauses: [clause('', 'segmentMatch', ['members'])] }],
        }),
        flag('four-way', Object.values(JSON_VARIANTS), {
          fallthrough: rollout([25_000, 25_000, 25_000, 25_000]),
        }),
        ...rules.map(ruleFlag),
      ],
      segments: [{ key: 'members', version: 1, included: memberIds, salt: 'members' }],
    }),
  open: async (config) => {
    const { flags, segments } = JSON.parse(config) as { flags: unknown[]; segments: unknown[] };
    const data = new TestData();
    for (const segment of segments) await data.usePreconfiguredSegment(segment);
    for (const one of flags) await data.usePreconfiguredFlag(one);
    const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
    const client = init('sdk-key', {
      updateProcessor: data.getFactory(),
      sendEvents: false,
      diagnosticOptOut: true,
      logger: silent,
    });
    await client.waitForInitialization({ timeout: 30 });
    return {
      contextOf: ({ targetingKey, ...attributes }): LDContext => ({
        kind: 'user',
        key: String(targetingKey),
        ...attributes,
      }),
      // The promise is not awaited while timing, which favours this engine.
      asker: (key) => (context) => client.variationDetail(key, context as LDContext, undefined),
      valueOf: async (answer) => ((await answer) as { readonly value: unknown }).value,
      close: () => client.close(),
    };
  },
};
