import { type FeatureDefinition, GrowthBookClient, type UserContext } from '@growthbook/growthbook';
import { JSON_VARIANTS, memberIds, type RuleFlag } from '../evaluate-workloads.ts';
import type { Peer } from './peer.ts';

function ruleFlag({ rules }: RuleFlag): FeatureDefinition {
  return {
    defaultValue: 'v0',
    rules: rules.map(({ equal, among, above }, i) => ({
      id: `r${i + 1}`,
      condition: {
        [equal[0]]: equal[1],
        [among[0]]: { $in: [...among[1]] },
        [above[0]]: { $gt: above[1] },
      },
      force: `v${i + 1}`,
    })),
  };
}

/** GrowthBook's client for servers: one instance, a user context a call. */
export const growthbook: Peer = {
  name: 'growthbook',
  config: (rules) =>
    JSON.stringify({
      features: {
        'static-on': { defaultValue: true },
        'half-by-user': {
          defaultValue: false,
          rules: [{ id: 'half', force: true, coverage: 0.5, hashAttribute: 'id' }],
        },
        membership: {
          defaultValue: false,
          rules: [{ id: 'members', condition: { id: { $inGroup: 'members' } }, force: true }],
        },
        'four-way': {
          defaultValue: JSON_VARIANTS.alpha,
          rules: [
            {
              key: 'split',
              variations: Object.values(JSON_VARIANTS),
              weights: [0.25, 0.25, 0.25, 0.25],
              hashAttribute: 'id',
            },
          ],
        },
        ...Object.fromEntries(rules.map((flag) => [flag.name, ruleFlag(flag)])),
      },
      savedGroups: { members: memberIds },
    }),
  open: async (config) => {
    const client = new GrowthBookClient();
    client.initSync({ payload: JSON.parse(config) as Parameters<typeof client.initSync>[0]['payload'] });
    return {
      contextOf: (context): UserContext => ({ attributes: { ...context, id: context.targetingKey } }),
      asker: (flag) => (context) => client.evalFeature(flag, context as UserContext),
      valueOf: (answer) => (answer as { readonly value: unknown }).value,
      close: () => client.destroy(),
    };
  },
};
