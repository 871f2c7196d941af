import { FlagdCore } from '@openfeature/flagd-core';
import { JSON_VARIANTS, memberIds, type RuleFlag } from '../evaluate-workloads.ts';
import type { Peer } from './peer.ts';

const onOff = { state: 'ENABLED', variants: { on: true, off: false } };

function ruleFlag({ rules }: RuleFlag): unknown {
  const branches = rules.flatMap(({ equal, among, above }, i) => [
    {
      and: [
        { '==': [{ var: equal[0] }, equal[1]] },
        { in: [{ var: among[0] }, among[1]] },
        { '>': [{ var: above[0] }, above[1]] },
      ],
    },
    `v${i + 1}`,
  ]);
  const names = Array.from({ length: rules.length + 1 }, (_, i) => `v${i}`);
  return {
    state: 'ENABLED',
    variants: Object.fromEntries(names.map((name) => [name, name])),
    defaultVariant: 'v0',
    targeting: { if: [...branches, 'v0'] },
  };
}

/** flagd's evaluator in process: JsonLogic compiled to functions, its default. */
export const flagd: Peer = {
  name: 'flagd-core',
  config: (rules) =>
    JSON.stringify({
      flags: {
        'static-on': { ...onOff, defaultVariant: 'on' },
        'half-by-user': {
          ...onOff,
          defaultVariant: 'off',
          targeting: {
            fractional: [
              ['on', 50],
              ['off', 50],
            ],
          },
        },
        membership: {
          ...onOff,
          defaultVariant: 'off',
          targeting: { if: [{ in: [{ var: 'targetingKey' }, memberIds] }, 'on', 'off'] },
        },
        'four-way': {
          state: 'ENABLED',
          variants: JSON_VARIANTS,
          defaultVariant: 'alpha',
          targeting: { fractional: Object.keys(JSON_VARIANTS).map((name) => [name, 25]) },
        },
        ...Object.fromEntries(rules.map((flag) => [flag.name, ruleFlag(flag)])),
      },
    }),
  open: async (config) => {
    const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
    const core = new FlagdCore(undefined, silent);
    core.setConfigurations(config);
    return {
      contextOf: (context) => context,
      asker: (flag, kind) => {
        type Asked = Parameters<typeof core.resolveBooleanEvaluation>[2];
        if (kind === 'boolean')
          return (context) => core.resolveBooleanEvaluation(flag, false, context as Asked);
        if (kind === 'string') return (context) => core.resolveStringEvaluation(flag, '', context as Asked);
        return (context) => core.resolveObjectEvaluation(flag, {}, context as Asked);
      },
      valueOf: (answer) => (answer as { readonly value: unknown }).value,
      close: () => {},
    };
  },
};
