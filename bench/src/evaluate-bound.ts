import type { Outcome, Reason } from '@ombre/decide';
import { JSON_VARIANTS, memberIds, type RuleFlag, type RuleOfThree } from './evaluate-workloads.ts';

/**
 * What a careful programmer would write by hand for one flag: no engine, no data format, everything known in advance, the full outcome as
 * the answer. Committed before the engine was tuned; it may only get faster.
 */
export type HandWritten = (context: Record<string, unknown>) => Outcome;

function outcome(
  flag: string,
  variant: string,
  value: Outcome['value'],
  reason: Reason,
  rule: string | undefined,
): Outcome {
  return {
    flag,
    value,
    variant,
    reason,
    rule,
    row: undefined,
    action: undefined,
    release: undefined,
    level: undefined,
    arm: 'none',
    epoch: undefined,
    ahead: undefined,
    error: undefined,
  };
}

/** Workload 1: on for everybody. */
export const staticOn: HandWritten = () => outcome('static-on', 'on', true, 'static', undefined);

/** murmur3_x86_32 of `text` in ASCII after bytes already mixed into `hash`; `tail` and `length` as they stand. */
function murmur(state: number, waiting: number, taken: number, text: string): number {
  let hash = state;
  let tail = waiting;
  let shift = (taken & 3) << 3;
  for (let index = 0; index < text.length; index++) {
    tail |= text.charCodeAt(index) << shift;
    shift += 8;
    if (shift === 32) {
      hash = mix(hash, tail);
      tail = 0;
      shift = 0;
    }
  }
  let k = Math.imul(tail, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  return fmix(hash ^ Math.imul(k, 0x1b873593) ^ (taken + text.length));
}

function mix(hash: number, block: number): number {
  let k = Math.imul(block, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function fmix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The hash after a salt, worked out once: whole blocks mixed, up to three bytes waiting. */
function salted(salt: string): { hash: number; tail: number; length: number } {
  let hash = 0;
  let tail = 0;
  for (let index = 0; index < salt.length; index++) {
    tail |= salt.charCodeAt(index) << ((index & 3) << 3);
    if ((index & 3) === 3) {
      hash = mix(hash, tail);
      tail = 0;
    }
  }
  return { hash, tail, length: salt.length };
}

const half = salted('half-by-user/half:');

/** Workload 2: half of the users, by the hash of their key. */
export const halfByUser: HandWritten = (context) => {
  const key = context.targetingKey;
  if (typeof key !== 'string' || key === '') throw new Error('no targeting key');
  return murmur(half.hash, half.tail, half.length, key) < 0x8000_0000
    ? outcome('half-by-user', 'on', true, 'split', 'half')
    : outcome('half-by-user', 'off', false, 'default', undefined);
};

/** Workload 5: membership in ten thousand ids. */
const members = new Set(memberIds);
export const membership: HandWritten = (context) => {
  const key = context.targetingKey;
  return typeof key === 'string' && members.has(key)
    ? outcome('membership', 'on', true, 'rule', 'members')
    : outcome('membership', 'off', false, 'default', undefined);
};

const four = salted('four-way/split:');
const fourNames = Object.keys(JSON_VARIANTS).sort();
const fourHashes = fourNames.map((name) => {
  const { hash, tail, length } = salted(name);
  return murmur(hash, tail, length, '');
});

/** 2²⁶ ln(1 + i/1024): the table of the rendezvous. */
const table = Int32Array.from({ length: 1025 }, (_, i) => Math.round(Math.log(1 + i / 1024) * 2 ** 26));

function cost(m: number): number {
  const zeros = Math.clz32(m);
  const fraction = zeros === 32 ? 0 : ((m << 1) | 1) << zeros;
  const entry = fraction >>> 22;
  const low = table[entry] as number;
  const step = (table[entry + 1] as number) - low;
  return (zeros + 1) * 46_516_320 - low - ((step * ((fraction >>> 7) & 0x7fff)) >>> 15);
}

/** Workload 6: one of four JSON values, a quarter of the users each. */
export const fourWay: HandWritten = (context) => {
  const key = context.targetingKey;
  if (typeof key !== 'string' || key === '') throw new Error('no targeting key');
  const hash = murmur(four.hash, four.tail, four.length, key);
  let best = 0;
  let least = cost(fmix(hash ^ (fourHashes[0] as number)));
  for (let index = 1; index < 4; index++) {
    const candidate = cost(fmix(hash ^ (fourHashes[index] as number)));
    if (candidate < least) {
      best = index;
      least = candidate;
    }
  }
  const variant = fourNames[best] as string;
  return outcome('four-way', variant, JSON_VARIANTS[variant], 'split', 'split');
};

/** Workloads 3 and 4 on plain contexts: five rules whose attributes are known, constants by closure. */
export function fiveRulesByHand({ name, rules }: RuleFlag): HandWritten {
  const [a, b, c, d, e] = rules as [RuleOfThree, RuleOfThree, RuleOfThree, RuleOfThree, RuleOfThree];
  const [a1, b1, c1, d1, e1] = [a.equal[1], b.equal[1], c.equal[1], d.equal[1], e.equal[1]];
  const [a2, b2, c2, d2, e2] = [a, b, c, d, e].map((rule) => new Set<unknown>(rule.among[1])) as Five<
    Set<unknown>
  >;
  const [a3, b3, c3, d3, e3] = [a.above[1], b.above[1], c.above[1], d.above[1], e.above[1]];
  return (context) => {
    const { country, plan, language, device, city, tag, age, score, sessions } = context as unknown as Facts;
    if (country === a1 && a2.has(device) && age > a3) return outcome(name, 'v1', 'v1', 'rule', 'r1');
    if (plan === b1 && b2.has(city) && score > b3) return outcome(name, 'v2', 'v2', 'rule', 'r2');
    if (language === c1 && c2.has(tag) && sessions > c3) return outcome(name, 'v3', 'v3', 'rule', 'r3');
    if (country === d1 && d2.has(device) && age > d3) return outcome(name, 'v4', 'v4', 'rule', 'r4');
    if (plan === e1 && e2.has(city) && score > e3) return outcome(name, 'v5', 'v5', 'rule', 'r5');
    return outcome(name, 'v0', 'v0', 'default', undefined);
  };
}

/** The same on contexts that keep everything under `user`. */
export function fiveRulesByHandNested({ name, rules }: RuleFlag): HandWritten {
  const [a, b, c, d, e] = rules as [RuleOfThree, RuleOfThree, RuleOfThree, RuleOfThree, RuleOfThree];
  const [a1, b1, c1, d1, e1] = [a.equal[1], b.equal[1], c.equal[1], d.equal[1], e.equal[1]];
  const [a2, b2, c2, d2, e2] = [a, b, c, d, e].map((rule) => new Set<unknown>(rule.among[1])) as Five<
    Set<unknown>
  >;
  const [a3, b3, c3, d3, e3] = [a.above[1], b.above[1], c.above[1], d.above[1], e.above[1]];
  return (context) => {
    const { country, plan, language, device, city, tag, age, score, sessions } = context.user as Facts;
    if (country === a1 && a2.has(device) && age > a3) return outcome(name, 'v1', 'v1', 'rule', 'r1');
    if (plan === b1 && b2.has(city) && score > b3) return outcome(name, 'v2', 'v2', 'rule', 'r2');
    if (language === c1 && c2.has(tag) && sessions > c3) return outcome(name, 'v3', 'v3', 'rule', 'r3');
    if (country === d1 && d2.has(device) && age > d3) return outcome(name, 'v4', 'v4', 'rule', 'r4');
    if (plan === e1 && e2.has(city) && score > e3) return outcome(name, 'v5', 'v5', 'rule', 'r5');
    return outcome(name, 'v0', 'v0', 'default', undefined);
  };
}

/** Workload 4 where each flag asks other attributes: what a programmer would have typed a thousand times, typed by a loop. */
export function anyRulesByHand({ name, rules }: RuleFlag, nested: boolean): HandWritten {
  const sets = rules.map((rule) => new Set<unknown>(rule.among[1]));
  const lines = rules.map(
    ({ equal, above, among }, r) =>
      `if (c.${equal[0]} === ${JSON.stringify(equal[1])} && s${r}.has(c.${among[0]}) && c.${above[0]} > ${above[1]})
        return outcome(name, 'v${r + 1}', 'v${r + 1}', 'rule', 'r${r + 1}');`,
  );
  const make = new Function(
    'outcome',
    'name',
    ...sets.map((_, r) => `s${r}`),
    `return (context) => { const c = context${nested ? '.user' : ''};
      ${lines.join('\n')}
      return outcome(name, 'v0', 'v0', 'default', undefined); }`,
  ) as (...args: unknown[]) => HandWritten;
  return make(outcome, name, ...sets);
}

type Five<T> = [T, T, T, T, T];

interface Facts {
  readonly country: unknown;
  readonly plan: unknown;
  readonly language: unknown;
  readonly device: unknown;
  readonly city: unknown;
  readonly tag: unknown;
  readonly age: number;
  readonly score: number;
  readonly sessions: number;
}
