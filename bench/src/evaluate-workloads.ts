/** One rule of workload 3: an attribute equals a text, another is among ten, a third is greater than a number. */
export interface RuleOfThree {
  readonly equal: readonly [attribute: string, value: string];
  readonly among: readonly [attribute: string, values: readonly string[]];
  readonly above: readonly [attribute: string, value: number];
}

/** A flag of five rules: rule r (from 0) serves the variant `v${r + 1}`, no rule `v0`. A variant's value is its name. */
export interface RuleFlag {
  readonly name: string;
  readonly rules: readonly RuleOfThree[];
}

/** What a context of the benches says about a user. Integers but for `score`. */
export interface Profile {
  readonly targetingKey: string;
  readonly country: string;
  readonly plan: string;
  readonly language: string;
  readonly device: string;
  readonly city: string;
  readonly tag: string;
  readonly age: number;
  readonly score: number;
  readonly sessions: number;
}

export const EQUAL_ATTRIBUTES = ['country', 'plan', 'language'] as const;
export const AMONG_ATTRIBUTES = ['device', 'city', 'tag'] as const;
export const ABOVE_ATTRIBUTES = ['age', 'score', 'sessions'] as const;

const VALUES: Readonly<Record<string, readonly string[]>> = {
  country: names('C', 10),
  plan: ['free', 'basic', 'pro', 'team'],
  language: names('lang-', 10),
  device: names('device-', 20),
  city: names('city-', 20),
  tag: names('tag-', 20),
};

const RANGES: Readonly<Record<string, number>> = { age: 80, score: 1000, sessions: 500 };

/** The four values of workload 6. */
export const JSON_VARIANTS: Readonly<
  Record<string, { readonly layout: string; readonly columns: number; readonly tags: readonly string[] }>
> = {
  alpha: { layout: 'grid', columns: 2, tags: ['a', 'b'] },
  beta: { layout: 'grid', columns: 3, tags: ['b'] },
  gamma: { layout: 'list', columns: 1, tags: [] },
  delta: { layout: 'list', columns: 4, tags: ['c', 'd', 'e'] },
};

/** Deterministic numbers in [0, 1) (mulberry32, T. Ettinger). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Workload 3: each rule asks other attributes than the one before. */
export const fiveRules: RuleFlag = {
  name: 'five-rules',
  rules: [
    { equal: ['country', 'C3'], among: ['device', ten('device')], above: ['age', 40] },
    { equal: ['plan', 'pro'], among: ['city', VALUES.city?.slice(10) ?? []], above: ['score', 500] },
    { equal: ['language', 'lang-7'], among: ['tag', ten('tag')], above: ['sessions', 250] },
    { equal: ['country', 'C5'], among: ['device', ten('device')], above: ['age', 60] },
    { equal: ['plan', 'pro'], among: ['city', ten('city')], above: ['score', 100] },
  ],
};

/** Workload 4: a thousand flags like workload 3's with other constants. */
export function manyFlags(count: number): RuleFlag[] {
  const next = random(4);
  return Array.from({ length: count }, (_, index) => ({
    name: `flag-${index}`,
    rules: fiveRules.rules.map(({ equal, among, above }) => randomRule(equal[0], among[0], above[0], next)),
  }));
}

/** The hard form of workload 4: each flag asks other attributes in another order, so hardly two have one shape. */
export function unlikeFlags(count: number): RuleFlag[] {
  const next = random(5);
  return Array.from({ length: count }, (_, index) => ({
    name: `unlike-${index}`,
    rules: fiveRules.rules.map(() =>
      randomRule(
        pick(EQUAL_ATTRIBUTES, next),
        pick(AMONG_ATTRIBUTES, next),
        pick(ABOVE_ATTRIBUTES, next),
        next,
      ),
    ),
  }));
}

/** Ids of workload 5. Every second profile is a member. */
export const memberIds: readonly string[] = Array.from({ length: 10_000 }, (_, i) => userKey(2 * i));

/** Profiles of which workload 3's last rule is the first to match. */
export function lastRuleProfiles(count: number): Profile[] {
  const next = random(3);
  const profiles: Profile[] = [];
  while (profiles.length < count) {
    const profile = randomProfile(profiles.length, next);
    const matching = fiveRules.rules.findIndex((rule) => matches(rule, profile));
    if (matching === fiveRules.rules.length - 1) profiles.push(profile);
  }
  return profiles;
}

export function randomProfiles(count: number): Profile[] {
  const next = random(6);
  return Array.from({ length: count }, (_, index) => randomProfile(index, next));
}

/** What a rule says, in the plainest words: engines are checked against it, never timed against it. */
export function matches(rule: RuleOfThree, profile: Profile): boolean {
  const facts = profile as unknown as Readonly<Record<string, string | number>>;
  return (
    facts[rule.equal[0]] === rule.equal[1] &&
    rule.among[1].includes(facts[rule.among[0]] as string) &&
    (facts[rule.above[0]] as number) > rule.above[1]
  );
}

/** The variant of a rule flag. */
export function expectedVariant(flag: RuleFlag, profile: Profile): string {
  return `v${flag.rules.findIndex((rule) => matches(rule, profile)) + 1}`;
}

export type Shape = 'plain' | 'unlike' | 'nested';

/**
 * Contexts as a service has them, parsed from JSON. Plain: one order of keys. Unlike: eight orders, each with keys of its own.
 * Nested: everything but the targeting key under `user`.
 */
export function contexts(profiles: readonly Profile[], shape: Shape): Record<string, unknown>[] {
  return profiles.map((profile, index) => {
    const { targetingKey, ...rest } = profile;
    if (shape === 'nested') return parsed({ targetingKey, user: rest });
    if (shape === 'plain') return parsed({ targetingKey, ...rest });
    const kind = index % 8;
    const entries = Object.entries({
      ...rest,
      targetingKey,
      [`extra${kind}`]: kind,
      [`trace${kind}`]: 'abc',
    });
    return parsed(Object.fromEntries([...entries.slice(kind), ...entries.slice(0, kind)]));
  });
}

function parsed(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

function randomProfile(index: number, next: () => number): Profile {
  const text = (attribute: string) => pick(VALUES[attribute] ?? [], next);
  return {
    targetingKey: userKey(index),
    country: text('country'),
    plan: text('plan'),
    language: text('language'),
    device: text('device'),
    city: text('city'),
    tag: text('tag'),
    age: 10 + Math.floor(next() * 80),
    score: Math.round(next() * 100_000) / 100,
    sessions: Math.floor(next() * 500),
  };
}

function randomRule(equal: string, among: string, above: string, next: () => number): RuleOfThree {
  const list = [...(VALUES[among] ?? [])].sort(() => next() - 0.5).slice(0, 10);
  return {
    equal: [equal, pick(VALUES[equal] ?? [], next)],
    among: [among, list],
    above: [above, Math.floor(next() * (RANGES[above] ?? 100))],
  };
}

/** Ten characters, as short ids are. */
function userKey(index: number): string {
  return `u${String(index).padStart(9, '0')}`;
}

function ten(attribute: string): readonly string[] {
  return (VALUES[attribute] ?? []).slice(0, 10);
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

function pick<T>(list: readonly T[], next: () => number): T {
  return list[Math.floor(next() * list.length)] as T;
}
