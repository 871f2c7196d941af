import { getClient, type IUser, PollingMode, type UserAttributeValue } from '@configcat/sdk';
import { JSON_VARIANTS, memberIds, type RuleFlag } from '../evaluate-workloads.ts';
import type { Peer } from './peer.ts';

/** Numbers of the configuration format: types of settings and comparators. */
const BOOLEAN = 0;
const TEXT = 1;
const IS_ONE_OF = 0;
const GREATER = 14;
const EQUALS = 28;

const condition = (a: string, c: number, value: object) => ({ u: { a, c, ...value } });
const text = (s: string) => ({ v: { s } });
const bool = (b: boolean) => ({ v: { b } });

function ruleFlag({ rules }: RuleFlag): unknown {
  return {
    t: TEXT,
    ...text('v0'),
    r: rules.map(({ equal, among, above }, i) => ({
      c: [
        condition(equal[0], EQUALS, { s: equal[1] }),
        condition(among[0], IS_ONE_OF, { l: among[1] }),
        condition(above[0], GREATER, { d: above[1] }),
      ],
      s: text(`v${i + 1}`),
    })),
  };
}

let clients = 0;

/** ConfigCat's SDK, offline over a cache, by its snapshot: the synchronous way to ask. */
export const configcat: Peer = {
  name: 'configcat',
  config: (rules) =>
    JSON.stringify({
      p: { r: 0, u: 'https://example.invalid', s: 'salt' },
      s: [{ n: 'members', r: [{ a: 'Identifier', c: IS_ONE_OF, l: memberIds }] }],
      f: {
        'static-on': { t: BOOLEAN, ...bool(true) },
        'half-by-user': {
          t: BOOLEAN,
          ...bool(false),
          p: [
            { p: 50, ...bool(true) },
            { p: 50, ...bool(false) },
          ],
        },
        membership: { t: BOOLEAN, ...bool(false), r: [{ c: [{ s: { s: 0, c: 0 } }], s: bool(true) }] },
        'four-way': {
          t: TEXT,
          ...text(JSON.stringify(JSON_VARIANTS.alpha)),
          p: Object.values(JSON_VARIANTS).map((value) => ({ p: 25, ...text(JSON.stringify(value)) })),
        },
        ...Object.fromEntries(rules.map((flag) => [flag.name, ruleFlag(flag)])),
      },
    }),
  open: async (config) => {
    clients += 1;
    const key = `configcat-sdk-1/${String(clients).padStart(22, '0')}/${'1'.repeat(22)}`;
    const cached = `${Date.now()}\netag\n${config}`;
    const client = getClient(key, PollingMode.ManualPoll, {
      offline: true,
      cache: { get: () => cached, set: () => {} },
      logger: null,
    });
    await client.forceRefreshAsync();
    await client.waitForReady();
    const snapshot = client.snapshot();
    return {
      contextOf: ({ targetingKey, ...custom }): IUser => ({
        identifier: String(targetingKey),
        custom: custom as Record<string, UserAttributeValue>,
      }),
      asker: (flag, kind) =>
        kind === 'boolean'
          ? (user) => snapshot.getValueDetails(flag, false, user as IUser)
          : (user) => snapshot.getValueDetails(flag, '', user as IUser),
      valueOf: (answer, kind) => {
        const { value } = answer as { readonly value: unknown };
        return kind === 'object' ? (JSON.parse(String(value)) as unknown) : value;
      },
      close: () => client.dispose(),
    };
  },
};
