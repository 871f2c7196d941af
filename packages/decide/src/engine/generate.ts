import { unitHash } from '../bucketing/position.ts';
import { splitIndex } from '../bucketing/split.ts';
import { closureOf } from '../cel/closure.ts';
import { type Emitter, emitFalse, emitTrue } from '../cel/emit.ts';
import type { Outcome } from '../outcome.ts';
import { type BoundContext, fillSlot, unitIn } from './bound.ts';
import { type Decide, serve, servedVariant, targetFor } from './decide.ts';
import type { FlagPlan, RulePlan, ServePlan, Site } from './flag-plan.ts';
import type { Foundry } from './foundry.ts';
import { interned } from './interned.ts';
import { admit } from './release-plan.ts';
import type { Schema } from './schema.ts';
import { isMember, MEMBER, STRANGER } from './segment-cell.ts';
import { slotCode, UNREAD } from './slots.ts';

/** Flags with more rules than this stay with the interpreter: one function of them would be too long to be optimised. */
const MOST_RULES = 100;

/** A function that decides as the plan says, without walking it; undefined where none can be made. */
export function generateDecide(plan: FlagPlan, schema: Schema, foundry: Foundry): Decide | undefined {
  if (plan.rules.length > MOST_RULES) return undefined;
  const code = new CodeWriter(plan, schema);
  return foundry.make(code.write(), code.constants);
}

/** Writes the body of one function of `b`, a bound context. Numbers of slots stand in the code, everything else is a constant. */
class CodeWriter implements Emitter {
  readonly constants: unknown[] = [];
  readonly #plan: FlagPlan;
  readonly #schema: Schema;
  readonly #names = new Map<unknown, string>();
  /** Slots whose variable is set at this point of the code. */
  readonly #loaded = new Set<number>();
  #waiting = new Set<number>();
  #hasUnit = false;
  #code = '';

  constructor(plan: FlagPlan, schema: Schema) {
    this.#plan = plan;
    this.#schema = schema;
  }

  write(): string {
    const { kill, validity, prerequisites, unmet, targets, rules, fallback } = this.#plan;
    if (kill !== undefined) {
      if (kill.until === Number.POSITIVE_INFINITY) return `return ${this.constant(kill.outcome)};`;
      this.#add(`if(b.now<${this.constant(kill.until)})return ${this.constant(kill.outcome)};`);
    }
    if (validity !== undefined) {
      const { from, until, outcome } = validity;
      const inside = `b.now>=${this.constant(from)}&&b.now<${this.constant(until)}`;
      this.#add(`if(!(${inside}))return ${this.constant(outcome)};`);
    }
    for (const { number, variant } of prerequisites) {
      const served = `${this.constant(servedVariant)}(b,${this.constant(number)})`;
      this.#add(`if(${served}!==${this.constant(variant)})return ${this.constant(unmet)};`);
    }
    if (targets !== undefined) {
      this.#add(
        `const t=${this.constant(targetFor)}(${this.constant(this.#plan)},b);if(t!==undefined)return t;`,
      );
    }
    for (const rule of rules) if (this.#rule(rule)) return this.#code;
    this.#add(`return ${this.#site(fallback)};`);
    return this.#code;
  }

  read(attribute: string): string {
    const slot = this.#schema.slotOf(attribute);
    // The environment of conditions and the slots come from one vocabulary.
    if (slot === undefined) throw new Error(`no slot for ${attribute}`);
    if (!this.#loaded.has(slot)) this.#waiting.add(slot);
    return `a${slot}`;
  }

  constant(value: unknown): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const name = `k${this.constants.length}`;
    this.constants.push(value instanceof Set ? new Set([...value].map(interned)) : interned(value));
    // Equal texts or numbers of two places stay two constants: a shape must not depend on their being equal.
    if (typeof value !== 'string' && typeof value !== 'number') this.#names.set(value, name);
    return name;
  }

  segment(name: string, member: boolean): string {
    const number = this.#schema.numberings.segments.of(name);
    return `(${this.constant(isMember)}(b,${this.constant(number)})===${member ? MEMBER : STRANGER})`;
  }

  closure(node: Parameters<Emitter['closure']>[0]): string {
    return `${this.constant(closureOf(node))}(b)`;
  }

  #add(code: string): void {
    this.#code += code;
  }

  /** Writes a rule; true if nothing after it can be reached. */
  #rule({ condition, matchOnError, serve: plan }: RulePlan): boolean {
    if (plan === undefined) return false;
    if (condition === undefined) return this.#serve(plan);
    const { ir } = condition.program;
    const test = matchOnError ? `!${emitFalse(ir, this)}` : emitTrue(ir, this);
    for (const slot of this.#waiting) {
      this.#add(`let a${slot}=${slotCode('b', slot)};if(a${slot}===${this.constant(UNREAD)})`);
      this.#add(`a${slot}=${this.constant(fillSlot)}(b,${slot});`);
      this.#loaded.add(slot);
    }
    this.#waiting = new Set();
    this.#add(`if(${test}){`);
    // A unit that is first needed within the braces is known only there.
    const hadUnit = this.#hasUnit;
    this.#serve(plan);
    this.#hasUnit = hadUnit;
    this.#add('}');
    return false;
  }

  #serve(plan: ServePlan): boolean {
    switch (plan.kind) {
      case 'variant':
        this.#add(`return ${this.#site(plan.site)};`);
        return true;
      case 'share':
        this.#unit();
        this.#add(
          `if(${this.#hash(plan)}>>>0<${this.constant(plan.threshold)})return ${this.#site(plan.site)};`,
        );
        return false;
      case 'split': {
        this.#unit();
        const index = `${this.constant(splitIndex)}(${this.constant(plan.split)},${this.#hash(plan)})`;
        this.#add(`return ${this.#sites(plan.sites, index)};`);
        return true;
      }
      case 'table': {
        const row = `${this.constant(serve)}(${this.constant(plan)},${this.constant(this.#plan)},b)`;
        this.#add(`{const r=${row};if(r!==undefined)return r;}`);
        return false;
      }
    }
  }

  /** Has the unit in `u` from here on, or returns. */
  #unit(): void {
    if (this.#hasUnit) return;
    const { unitSlot, unitMissing } = this.#plan;
    const unit = unitSlot === undefined ? 'b.unit' : `${this.constant(unitIn)}(b,${unitSlot})`;
    this.#add(`const u=${unit};if(u===undefined)return ${this.constant(unitMissing)};`);
    this.#hasUnit = true;
  }

  #hash(plan: Extract<ServePlan, { kind: 'share' | 'split' }>): string {
    return `${this.constant(unitHash)}(${this.constant(plan.salt)},u)`;
  }

  #site({ outcome, arms }: Site): string {
    return arms === undefined ? this.constant(outcome) : `${this.constant(arms)}[${this.#admission()}]`;
  }

  #sites(sites: readonly Site[], index: string): string {
    if (sites.every(({ arms }) => arms === undefined)) {
      return `${this.constant(sites.map(({ outcome }) => outcome))}[${index}]`;
    }
    return `${this.constant(settleSite)}(${this.constant(sites)}[${index}],${this.constant(this.#plan)},b)`;
  }

  #admission(): string {
    return `${this.constant(admit)}(${this.constant(this.#plan.release)},b)`;
  }
}

function settleSite({ outcome, arms }: Site, { release }: FlagPlan, bound: BoundContext): Outcome {
  if (arms === undefined || release === undefined) return outcome;
  return arms[admit(release, bound)] as Outcome;
}
