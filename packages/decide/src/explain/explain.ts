import { positionOf, saltState, unitHash } from '../bucketing/position.ts';
import { makeSplit, splitIndex } from '../bucketing/split.ts';
import { CelError } from '../cel/value.ts';
import type { BoundContext } from '../engine/bound.ts';
import type { Bound } from '../engine/evaluate.ts';
import { evaluate } from '../engine/evaluate.ts';
import type { FlagParts } from '../engine/flag-plan.ts';
import { OutcomeMaker, type OutcomeParts } from '../engine/outcomes.ts';
import type { Rule } from '../model/flag.ts';
import type { Serve } from '../model/serve.ts';
import { percentOf, shareInMillionths } from '../model/share.ts';
import type { Outcome } from '../outcome.ts';
import { explainRelease } from './explain-release.ts';
import type { ExplainedAllocation, ExplainedStep, Explanation } from './explanation.ts';
import { Witness } from './witness.ts';

/** Decides like `evaluate`, by an interpreter of its own that remembers each step. Never throws. */
export function explain(bound: Bound, flag: string): Explanation {
  const context = bound as BoundContext;
  const { snapshot } = context;
  const planned = snapshot.flagCells.get(flag)?.planned(snapshot);
  if (planned?.plan === undefined) {
    const why = planned?.failure.detail ?? 'no flag has this name';
    const outcome = planned?.failure.outcome ?? evaluate(bound, flag);
    return { flag, outcome, steps: [{ step: 'error', taken: true, why }], attributes: [] };
  }
  return new Explainer(context, planned.plan.parts).explain();
}

/** What a rule does with a unit that it matches. */
type Served =
  | { readonly parts: OutcomeParts; readonly why: string; readonly allocation?: ExplainedAllocation }
  | { readonly parts?: never; readonly why: string; readonly allocation?: ExplainedAllocation };

class Explainer {
  readonly #bound: BoundContext;
  readonly #parts: FlagParts;
  readonly #maker: OutcomeMaker;
  readonly #witness: Witness;
  readonly #steps: ExplainedStep[] = [];

  constructor(bound: BoundContext, parts: FlagParts) {
    this.#bound = bound;
    this.#parts = parts;
    this.#maker = new OutcomeMaker(parts.name, parts.spec);
    this.#witness = new Witness(bound);
  }

  explain(): Explanation {
    const outcome = this.#decide();
    return { flag: this.#parts.name, outcome, steps: this.#steps, attributes: this.#witness.attributes() };
  }

  #decide(): Outcome {
    const off = this.#forced();
    if (off !== undefined) return this.#maker.make(off);
    const target = this.#target();
    if (target !== undefined) return this.#maker.make(target);
    const served = this.#rules();
    if (served.error !== undefined || served.action !== undefined) return this.#maker.make(served);
    return this.#maker.make(this.#released(served));
  }

  /** Kill, validity and prerequisites: what serves `off` before anything else is asked. */
  #forced(): OutcomeParts | undefined {
    const { spec, override } = this.#parts;
    const { now } = this.#bound;
    const variant = spec.off;
    if (override?.kill !== undefined) {
      const { until } = override.kill;
      const taken = until === undefined || now < until;
      const why =
        until === undefined
          ? 'the flag is killed until somebody lifts it'
          : `the flag is killed until ${instant(until)}`;
      this.#steps.push({ step: 'kill', taken, why: taken ? why : `a kill ended ${instant(until ?? now)}` });
      if (taken) return { variant, reason: 'kill' };
    }
    if (spec.validity !== undefined) {
      const { from, until } = spec.validity;
      const early = from !== undefined && now < Date.parse(from);
      const late = until !== undefined && now >= Date.parse(until);
      const why = early
        ? `not valid before ${from}`
        : late
          ? `not valid from ${until} on`
          : 'within its validity';
      this.#steps.push({ step: 'validity', taken: early || late, why });
      if (early || late) return { variant, reason: 'validity' };
    }
    for (const prerequisite of spec.prerequisites ?? []) {
      const { variant: found, error } = evaluate(this.#bound, prerequisite.flag);
      const met = error === undefined && found === prerequisite.variant;
      const serves = error === undefined ? `serves ${found}` : `fails with ${error}`;
      const why = met ? `it ${serves}, as needed` : `it ${serves}, but ${prerequisite.variant} is needed`;
      this.#steps.push({ step: 'prerequisite', name: prerequisite.flag, taken: !met, why });
      if (!met) return { variant, reason: 'prerequisite' };
    }
    return undefined;
  }

  #target(): OutcomeParts | undefined {
    const { spec, override } = this.#parts;
    const unit = override?.targets === undefined ? undefined : this.#witness.unit(spec.unit);
    const target =
      unit !== undefined && Object.hasOwn(override?.targets ?? {}, unit)
        ? override?.targets?.[unit]
        : undefined;
    if (target === undefined || !this.#maker.has(target.variant)) return undefined;
    const taken = target.until === undefined || this.#bound.now < target.until;
    const why = taken
      ? `an operator gave ${unit} the variant ${target.variant}`
      : `what an operator gave ${unit} ended`;
    this.#steps.push({ step: 'target', taken, why });
    return taken ? { variant: target.variant, reason: 'target' } : undefined;
  }

  #rules(): OutcomeParts {
    const { spec, release, override } = this.#parts;
    for (const rule of spec.rules ?? []) {
      const step = { step: 'rule' as const, name: rule.id };
      const details = rule.when === undefined ? {} : { details: this.#witness.trace(rule.when) };
      const matching = this.#matches(rule);
      if (!matching.matches) {
        this.#steps.push({ ...step, taken: false, why: matching.why, ...details });
        continue;
      }
      const served = this.#serve(rule.serve, rule, undefined);
      const why = `${matching.why}; ${served.why}`;
      const allocation = served.allocation === undefined ? {} : { allocation: served.allocation };
      this.#steps.push({ ...step, taken: served.parts !== undefined, why, ...details, ...allocation });
      if (served.parts !== undefined) return served.parts;
    }
    const targets = Object.values(override?.targets ?? {}).some(({ variant }) => this.#maker.has(variant));
    const decides = (spec.rules ?? []).length + (spec.prerequisites ?? []).length > 0;
    const isStatic = !decides && !targets && release === undefined && spec.validity === undefined;
    const why = isStatic ? 'there is nothing to decide' : 'no rule served the unit';
    this.#steps.push({ step: 'default', taken: true, why });
    return { variant: spec.default, reason: isStatic ? 'static' : 'default' };
  }

  #matches(rule: Rule): { readonly matches: boolean; readonly why: string } {
    if (rule.when === undefined) return { matches: true, why: 'it has no condition' };
    const verdict = this.#witness.verdict(rule.when);
    if (!(verdict instanceof CelError))
      return { matches: verdict, why: verdict ? 'its condition holds' : 'its condition does not hold' };
    const failsClosed = rule.action !== undefined && ('deny' in rule.action || 'throttle' in rule.action);
    const matches = rule.onError === undefined ? failsClosed : rule.onError === 'match';
    const consequence = matches ? 'and it matches then' : 'and it is skipped then';
    return { matches, why: `its condition has no value (${verdict.message}), ${consequence}` };
  }

  #serve(serve: Serve, rule: Rule, row: string | undefined): Served {
    const { name, spec } = this.#parts;
    const base = { rule: rule.id, row, action: rule.action };
    if ('table' in serve) {
      const found = this.#witness.row(serve.table);
      if (found === undefined) return { why: `no row of ${serve.table} accepts the context` };
      if (!variantsOf(found.serve).every((variant) => this.#maker.has(variant)))
        return { why: `row ${found.id} of ${serve.table} serves a variant this flag does not have` };
      const served = this.#serve(found.serve, rule, found.id);
      return { ...served, why: `row ${found.id} of ${serve.table} decides; ${served.why}` };
    }
    if ('split' in serve) {
      const split = makeSplit(serve.split);
      if (split === undefined) return { why: 'its split has no weight' };
      const allocation = this.#allocate(serve.salt ?? `${name}/${rule.id}`, spec.unit);
      if (allocation === undefined) return this.#noUnit();
      const variant = split.variants[splitIndex(split, allocation.hash)] ?? '';
      return {
        parts: { ...base, variant, reason: 'split' },
        why: `the split gives the unit ${variant}`,
        allocation,
      };
    }
    const { variant } = serve;
    if (!('share' in serve))
      return { parts: { ...base, variant, reason: 'rule' }, why: `it serves ${variant}` };
    const share = shareInMillionths(serve.share);
    if (share <= 0) return { why: 'its share is 0' };
    if (share >= 1_000_000)
      return { parts: { ...base, variant, reason: 'split' }, why: `its share is everybody: ${variant}` };
    const allocation = this.#allocate(serve.salt ?? `${name}/${rule.id}`, spec.unit);
    if (allocation === undefined) return this.#noUnit();
    const inside = allocation.position < share;
    const why = `position ${percentOf(allocation.position)} is ${inside ? 'within' : 'outside'} the share of ${percentOf(share)}`;
    return inside ? { parts: { ...base, variant, reason: 'split' }, why, allocation } : { why, allocation };
  }

  #released(base: OutcomeParts): OutcomeParts {
    const { release } = this.#parts;
    if (release === undefined) return base;
    if (base.variant !== release.spec.from) {
      const why = `it only moves ${release.spec.from}, and ${base.variant} is served`;
      this.#steps.push({ step: 'release', name: release.name, taken: false, why });
      return base;
    }
    const { parts, step } = explainRelease(release, base, {
      witness: this.#witness,
      unit: this.#parts.spec.unit,
      now: this.#bound.now,
      allocate: (salt, attribute) => this.#allocate(salt, attribute),
    });
    this.#steps.push(step);
    return parts;
  }

  #noUnit(): Served {
    const { spec } = this.#parts;
    const why = `a share or split needs ${spec.unit ?? 'the targeting key'}, and the context has none`;
    return { parts: { variant: spec.default, reason: 'error', error: 'TARGETING_KEY_MISSING' }, why };
  }

  #allocate(salt: string, attribute: string | undefined): ExplainedAllocation | undefined {
    const unit = this.#witness.unit(attribute);
    if (unit === undefined) return undefined;
    const hash = unitHash(saltState(salt), unit);
    return { salt, unit, hash: hash >>> 0, position: positionOf(hash) };
  }
}

function variantsOf(serve: Serve): readonly string[] {
  if ('split' in serve) return Object.keys(serve.split).filter((variant) => (serve.split[variant] ?? 0) > 0);
  return 'variant' in serve ? [serve.variant] : [];
}

function instant(time: number): string {
  // A pure room has no clock, but a date of a given time is arithmetic.
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}
