import type { Action, FlagSpec } from '../model/flag.ts';
import type { JsonValue } from '../model/json.ts';
import type { Ahead, Arm, Outcome, OutcomeError, Reason } from '../outcome.ts';

/** What a release adds to the outcomes of its flag. */
export interface OutcomeOfRelease {
  readonly release: string;
  readonly level: string | undefined;
  readonly arm: Arm;
  readonly epoch: number;
  readonly ahead?: Ahead | undefined;
}

/** What tells the outcomes of one flag apart. */
export interface OutcomeParts {
  readonly variant: string;
  readonly reason: Reason;
  readonly rule?: string | undefined;
  readonly row?: string | undefined;
  readonly action?: Action | undefined;
  readonly release?: OutcomeOfRelease | undefined;
  readonly error?: OutcomeError | undefined;
}

/** Makes the frozen outcomes of one flag, which all share one shape whatever they say. */
export class OutcomeMaker {
  readonly #flag: string;
  readonly #variants: Readonly<Record<string, JsonValue>>;

  constructor(flag: string, { variants }: FlagSpec) {
    this.#flag = flag;
    this.#variants = deepFreeze(variants);
  }

  has(variant: string): boolean {
    return Object.hasOwn(this.#variants, variant);
  }

  make({ variant, reason, rule, row, action, release, error }: OutcomeParts): Outcome {
    return Object.freeze<Outcome>({
      flag: this.#flag,
      value: this.has(variant) ? this.#variants[variant] : undefined,
      variant,
      reason,
      rule,
      row,
      action,
      release: release?.release,
      level: release?.level,
      arm: release?.arm ?? 'none',
      epoch: release?.epoch,
      ahead: release?.ahead,
      error,
    });
  }
}

/** The outcome where there is not even a variant to serve. */
export function failedOutcome(flag: string, error: OutcomeError): Outcome {
  return Object.freeze<Outcome>({
    flag,
    value: undefined,
    variant: undefined,
    reason: 'error',
    rule: undefined,
    row: undefined,
    action: undefined,
    release: undefined,
    level: undefined,
    arm: 'none',
    epoch: undefined,
    ahead: undefined,
    error,
  });
}

/** Callers share the values too, so nobody may change them. */
function deepFreeze<T extends JsonValue | Readonly<Record<string, JsonValue>>>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part as JsonValue);
  }
  return value;
}
