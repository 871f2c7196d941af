import type { FlagSpec } from '../model/flag.ts';
import type { HoldoutSpec } from '../model/holdout.ts';
import type { Override } from '../model/override.ts';
import type { Placement } from '../model/release/placement.ts';
import type { ReleaseSpec } from '../model/release/release.ts';
import type { Outcome, OutcomeError } from '../outcome.ts';
import type { Line } from '../snapshot/line.ts';
import type { BoundContext } from './bound.ts';
import { isCircular } from './circle.ts';
import type { CompiledSnapshot } from './compiled-snapshot.ts';
import { type Decide, decideByPlan } from './decide.ts';
import { type FlagParts, type FlagPlan, planFlag } from './flag-plan.ts';
import { generateDecide } from './generate.ts';
import { failedOutcome, OutcomeMaker } from './outcomes.ts';

/** Calls after which a flag is worth generated code. */
const HOT = 50;

/** A plan, or the one outcome of a flag that cannot be decided here, and why. */
export type Planned =
  | { readonly plan: FlagPlan; readonly failure?: never }
  | { readonly plan?: never; readonly failure: { readonly outcome: Outcome; readonly detail: string } };

/** A flag of a snapshot. Compiled when first asked, and into code of its own when asked often. */
export class FlagCell {
  readonly line: Line;
  /** Exchanges itself for something faster until it is settled. */
  decide: Decide;
  isSettled: boolean;
  #planned: Planned | undefined;

  constructor(line: Line) {
    this.line = line;
    this.decide = decideFirst;
    this.isSettled = false;
    this.#planned = undefined;
  }

  settle(decide: Decide): Decide {
    this.decide = decide;
    this.isSettled = true;
    return decide;
  }

  planned(snapshot: CompiledSnapshot): Planned {
    this.#planned ??= plan(this.line, snapshot);
    return this.#planned;
  }
}

function decideFirst(this: FlagCell, bound: BoundContext): Outcome {
  const { schema } = bound.snapshot;
  const { foundry } = schema.equipment;
  const { plan, failure } = this.planned(bound.snapshot);
  if (plan === undefined) return this.settle(() => failure.outcome)(bound);
  const byPlan = decideByPlan(plan);
  if (foundry === undefined) return this.settle(byPlan)(bound);
  let calls = 1;
  this.decide = (next) => {
    calls += 1;
    return calls < HOT ? byPlan(next) : this.settle(generateDecide(plan, schema, foundry) ?? byPlan)(next);
  };
  return byPlan(bound);
}

function plan(line: Line, snapshot: CompiledSnapshot): Planned {
  const { name } = line;
  let spec: FlagSpec | undefined;
  try {
    spec = JSON.parse(line.body) as FlagSpec;
    const lacking = snapshot.lackingFor(line);
    if (lacking !== undefined)
      return failed(name, spec, 'FLAG_UNSUPPORTED', `needs ${lacking}, which is not here`);
    if (isCircular(line, (key) => snapshot.lineOf(key)))
      return failed(name, spec, 'FLAG_BROKEN', 'its prerequisites form a circle');
    const override = bodyOf<Override>(snapshot.lineOf(`Override/${name}`));
    return {
      plan: planFlag({ name, spec, override, release: releaseOf(spec, name, snapshot) }, snapshot.schema),
    };
  } catch (error) {
    return failed(name, spec, 'FLAG_BROKEN', error instanceof Error ? error.message : String(error));
  }
}

/** The flag's release; one that would serve what the flag does not have substitutes nothing. */
function releaseOf(flag: FlagSpec, name: string, snapshot: CompiledSnapshot): FlagParts['release'] {
  const line = snapshot.releaseOf(name);
  const spec = bodyOf<ReleaseSpec>(line);
  if (line === undefined || spec === undefined || !Object.hasOwn(flag.variants, spec.to)) return undefined;
  const holdouts = (spec.holdouts ?? []).map((holdout) => ({
    name: holdout,
    spec: bodyOf<HoldoutSpec>(snapshot.lineOf(`Holdout/${holdout}`)),
  }));
  const placement = bodyOf<Placement>(snapshot.lineOf(`Placement/${line.name}`));
  return { name: line.name, spec, placement, holdouts };
}

function bodyOf<T>(line: Line | undefined): T | undefined {
  return line && (JSON.parse(line.body) as T);
}

/** Serves `off` where the spec is whole enough to have it. */
function failed(name: string, spec: FlagSpec | undefined, error: OutcomeError, detail: string): Planned {
  const variants: unknown = spec?.variants;
  const outcome =
    spec === undefined ||
    typeof variants !== 'object' ||
    variants === null ||
    !Object.hasOwn(variants, spec.off)
      ? failedOutcome(name, error)
      : new OutcomeMaker(name, spec).make({ variant: spec.off, reason: 'error', error });
  return { failure: { outcome, detail } };
}
