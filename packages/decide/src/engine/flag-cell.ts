import type { FlagSpec } from '../model/flag.ts';
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
  const read = <T>(text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as T));
  let spec: FlagSpec;
  try {
    spec = JSON.parse(line.body) as FlagSpec;
    const lacking = snapshot.lackingFor(line);
    if (lacking !== undefined)
      return failed(name, spec, 'FLAG_UNSUPPORTED', `needs ${lacking}, which is not here`);
    if (isCircular(line, (key) => snapshot.lineOf(key)))
      return failed(name, spec, 'FLAG_BROKEN', 'its prerequisites form a circle');
    const release = snapshot.releaseOf(name);
    const parts: FlagParts = {
      name,
      spec,
      override: read<Override>(snapshot.lineOf(`Override/${name}`)?.body),
      release: release && {
        name: release.name,
        spec: JSON.parse(release.body) as ReleaseSpec,
        placement: read<Placement>(snapshot.lineOf(`Placement/${release.name}`)?.body),
      },
    };
    return { plan: planFlag(parts, snapshot.schema) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { failure: { outcome: failedOutcome(name, 'FLAG_BROKEN'), detail } };
  }
}

function failed(name: string, spec: FlagSpec, error: OutcomeError, detail: string): Planned {
  return {
    failure: {
      outcome: new OutcomeMaker(name, spec).make({ variant: spec.off, reason: 'error', error }),
      detail,
    },
  };
}
