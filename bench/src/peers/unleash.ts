import { once } from 'node:events';
import { type Context, InMemStorageProvider, Unleash } from 'unleash-client';
import { JSON_VARIANTS, memberIds, type RuleFlag } from '../evaluate-workloads.ts';
import type { Peer } from './peer.ts';

const constraint = (contextName: string, operator: string, rest: object) => ({
  contextName,
  operator,
  inverted: false,
  caseInsensitive: false,
  values: [],
  ...rest,
});
const everybody = { name: 'default', parameters: {}, constraints: [] };

function ruleFlag({ name, rules }: RuleFlag): unknown {
  return {
    name,
    enabled: true,
    // The first strategy that holds decides, and brings its variant.
    strategies: rules.map(({ equal, among, above }, i) => ({
      name: 'default',
      parameters: {},
      constraints: [
        constraint(equal[0], 'IN', { values: [equal[1]] }),
        constraint(among[0], 'IN', { values: among[1] }),
        constraint(above[0], 'NUM_GT', { value: String(above[1]) }),
      ],
      variants: [{ name: `v${i + 1}`, weight: 1000, stickiness: 'userId' }],
    })),
  };
}

/** Unleash's Node client, started from a bootstrap, metrics off. */
export const unleash: Peer = {
  name: 'unleash-client',
  config: (rules) =>
    JSON.stringify({
      features: [
        { name: 'static-on', enabled: true, strategies: [everybody] },
        {
          name: 'half-by-user',
          enabled: true,
          strategies: [
            {
              name: 'flexibleRollout',
              parameters: { rollout: '50', stickiness: 'userId', groupId: 'half' },
              constraints: [],
            },
          ],
        },
        { name: 'membership', enabled: true, strategies: [{ ...everybody, segments: [1] }] },
        {
          name: 'four-way',
          enabled: true,
          strategies: [everybody],
          variants: Object.entries(JSON_VARIANTS).map(([name, value]) => ({
            name,
            weight: 250,
            weightType: 'variable',
            stickiness: 'userId',
            payload: { type: 'json', value: JSON.stringify(value) },
          })),
        },
        ...rules.map(ruleFlag),
      ],
      segments: [{ id: 1, constraints: [constraint('userId', 'IN', { values: memberIds })] }],
    }),
  open: async (config) => {
    const { features, segments } = JSON.parse(config) as { features: never[]; segments: never[] };
    const client = new Unleash({
      appName: 'bench',
      url: 'http://127.0.0.1:1/',
      refreshInterval: 0,
      disableMetrics: true,
      disableAutoStart: true,
      skipInstanceCountWarning: true,
      storageProvider: new InMemStorageProvider(),
      bootstrap: { data: features, segments },
    });
    // There is no server to fetch from.
    client.on('error', () => {});
    client.on('warn', () => {});
    const ready = once(client, 'ready');
    void client.start();
    await ready;
    return {
      contextOf: ({ targetingKey, ...properties }): Context => ({
        userId: String(targetingKey),
        properties: properties as Record<string, string>,
      }),
      asker: (flag, kind) =>
        kind === 'boolean'
          ? (context) => client.isEnabled(flag, context as Context)
          : (context) => client.getVariant(flag, context as Context),
      valueOf: (answer, kind) => {
        if (kind === 'boolean') return answer;
        const { name, enabled } = answer as { readonly name: string; readonly enabled: boolean };
        if (kind === 'string') return enabled ? name : 'v0';
        return JSON_VARIANTS[name];
      },
      close: () => client.destroy(),
    };
  },
};
