import { z } from 'zod';
import type { JsonValue } from './json.ts';
import { attributeName, condition, instant, label, name } from './scalars.ts';
import { type Serve, type ServeVariant, serve, serveVariant } from './serve.ts';

export type FlagType = 'boolean' | 'string' | 'number' | 'object';

/** What a gateway or an application does beside serving the variant. Exactly one key. */
export type Action =
  | { readonly deny: true }
  /** At most this many requests a second pass. */
  | { readonly throttle: number }
  /** The declared fallback upstream answers. */
  | { readonly degrade: string };

/** What a rule does when its condition cannot be evaluated: `skip` (default where it serves), `match` (default for deny and throttle: they fail closed). */
export type OnError = 'skip' | 'match';

interface RuleBase {
  /** Unique in the flag. */
  readonly id: string;
  /** CEL; absent: everybody. */
  readonly when?: string;
  readonly onError?: OnError;
  readonly doc?: string;
}

export type Rule =
  | (RuleBase & { readonly serve: Serve; readonly action?: never })
  | (RuleBase & { readonly serve: ServeVariant; readonly action: Action });

/** Another flag must serve this variant, else this one serves `off` and is in neither arm of a release. */
export interface Prerequisite {
  readonly flag: string;
  readonly variant: string;
}

/** The flag decides inside [from, until) only; outside it serves `off`. */
export interface Validity {
  readonly from?: string;
  readonly until?: string;
}

export interface FlagSpec {
  readonly type: FlagType;
  readonly doc?: string;
  readonly variants: Readonly<Record<string, JsonValue>>;
  /** The variant when no rule matched. */
  readonly default: string;
  /** The variant under a kill, outside validity, or with an unmet prerequisite. */
  readonly off: string;
  /** The attribute that is bucketed; the targeting key unless said. */
  readonly unit?: string;
  readonly validity?: Validity;
  readonly prerequisites?: readonly Prerequisite[];
  readonly rules?: readonly Rule[];
  /** Version of the evaluation semantics this flag was written for. */
  readonly semantics?: 1;
}

const json: z.ZodType<JsonValue> = z.json() as unknown as z.ZodType<JsonValue>;

const action: z.ZodType<Action> = z.union([
  z.strictObject({ deny: z.literal(true) }),
  z.strictObject({ throttle: z.number().positive() }),
  z.strictObject({ degrade: name }),
]);

const ruleBase = {
  id: name,
  when: condition.exactOptional(),
  onError: z.enum(['skip', 'match']).exactOptional(),
  doc: z.string().max(1000).exactOptional(),
};

const rule: z.ZodType<Rule> = z.union([
  z.strictObject({ ...ruleBase, serve }),
  z.strictObject({ ...ruleBase, serve: serveVariant, action }),
]) as z.ZodType<Rule>;

export const flagSpec: z.ZodType<FlagSpec> = z.strictObject({
  type: z.enum(['boolean', 'string', 'number', 'object']),
  doc: z.string().max(1000).exactOptional(),
  variants: z.record(label, json),
  default: label,
  off: label,
  unit: attributeName.exactOptional(),
  validity: z.strictObject({ from: instant.exactOptional(), until: instant.exactOptional() }).exactOptional(),
  prerequisites: z
    .array(z.strictObject({ flag: name, variant: label }))
    .max(50)
    .exactOptional(),
  rules: z.array(rule).max(1000).exactOptional(),
  semantics: z.literal(1).exactOptional(),
});
