import { createHash } from 'node:crypto';
import { type Encoded, type Entry, encodeSnapshot } from '@ombre/decide';
import type { FlagSpec, JsonValue } from '@ombre/decide/model';
import {
  ABOVE_ATTRIBUTES,
  AMONG_ATTRIBUTES,
  EQUAL_ATTRIBUTES,
  fiveRules,
  JSON_VARIANTS,
  memberIds,
  type RuleFlag,
  type Shape,
} from './evaluate-workloads.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The workloads as resources of Ombre. Nested contexts keep everything under `user`. */
export function ombreEntries(shape: Shape, rules: readonly RuleFlag[]): Entry[] {
  const under = shape === 'nested' ? 'user.' : '';
  const entry = (kind: Entry['kind'], name: string, body: unknown): Entry => ({
    kind,
    name,
    body: body as JsonValue,
  });
  const onOff = { type: 'boolean', variants: { on: true, off: false }, off: 'off' } as const;
  const split = Object.fromEntries(Object.keys(JSON_VARIANTS).map((name) => [name, 25]));
  return [
    entry('Vocabulary', 'bench', { attributes: attributes(under) }),
    entry('Flag', 'static-on', { ...onOff, default: 'on' }),
    entry('Flag', 'half-by-user', {
      ...onOff,
      default: 'off',
      rules: [{ id: 'half', serve: { share: 0.5, variant: 'on' } }],
    }),
    entry('Segment', 'members', { ids: memberIds }),
    entry('Flag', 'membership', {
      ...onOff,
      default: 'off',
      rules: [{ id: 'members', when: 'inSegment("members")', serve: { variant: 'on' } }],
    }),
    entry('Flag', 'four-way', {
      type: 'object',
      variants: JSON_VARIANTS,
      default: 'alpha',
      off: 'alpha',
      rules: [{ id: 'split', serve: { split } }],
    }),
    ...[fiveRules, ...rules].map((flag) => entry('Flag', flag.name, ruleFlag(flag, under))),
  ];
}

/** A flag of five rules as a spec. */
export function ruleFlag({ rules }: RuleFlag, under = ''): FlagSpec {
  return {
    type: 'string',
    variants: Object.fromEntries(Array.from({ length: rules.length + 1 }, (_, i) => [`v${i}`, `v${i}`])),
    default: 'v0',
    off: 'v0',
    rules: rules.map(({ equal, among, above }, i) => ({
      id: `r${i + 1}`,
      when: `${under}${equal[0]} == ${JSON.stringify(equal[1])} && ${under}${among[0]} in ${JSON.stringify(among[1])} && ${under}${above[0]} > ${above[0] === 'score' ? above[1].toFixed(1) : above[1]}`,
      serve: { variant: `v${i + 1}` },
    })),
  };
}

export function ombreEncoded(shape: Shape, rules: readonly RuleFlag[]): Encoded {
  return encodeSnapshot(ombreEntries(shape, rules), sha256);
}

function attributes(under: string): Record<string, { readonly type: string }> {
  const texts = [...EQUAL_ATTRIBUTES, ...AMONG_ATTRIBUTES].map(
    (name) => [under + name, { type: 'string' }] as const,
  );
  const numbers = ABOVE_ATTRIBUTES.map(
    (name) => [under + name, { type: name === 'score' ? 'double' : 'int' }] as const,
  );
  return Object.fromEntries([...texts, ...numbers]);
}
