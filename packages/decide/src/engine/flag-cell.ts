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
  /** Exchanges itself for something faster. */
  decide: (this: FlagCell, bound: BoundContext) => Outcome;
  #planned: Planned | undefined;

  constructor(line: Line) {
    this.line = line;
    this.decide = decideFirst;
    this.#planned = undefined;
  }

  planned(snapshot: CompiledSnapshot): Planned {
    this.#planned ??= plan(this.line, snapshot);
    return this.#planned;
  }
}

function decideFirst(this: FlagCell, bound: BoundContext): Outcome {
  const { snapshot } = bound;
  const { plan, failure } = this.planned(snapshot);
  if (failure !== undefined) {
    const { outcome } = failure;
    this.decide = () => outcome;
  } else this.decide = firstDecide(this, plan, snapshot);
  return this.decide(bound);
}

function firstDecide(cell: FlagCell, plan: FlagPlan, { schema }: CompiledSnapshot): Decide {
  const byPlan = decideByPlan(plan);
  const { foundry } = schema.equipment;
  if (foundry === undefined) return byPlan;
  let calls = 0;
  return (bound) => {
    calls += 1;
    if (calls === HOT) cell.decide = generateDecide(plan, schema, foundry) ?? byPlan;
    return byPlan(bound);
  };
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
