import type { ReleaseParts } from '../engine/release-plan.ts';
import { percentOf, shareInMillionths } from '../model/share.ts';
import type { ExplainedAllocation } from './explanation.ts';

/** Where the unit of an attribute stands under a salt; undefined where the context has none. */
export type Allocate = (salt: string, attribute: string | undefined) => ExplainedAllocation | undefined;

/** Whether a release's part of a layer, or a holdout, leaves the unit to it. */
export interface ExplainedConfine {
  readonly inside: boolean;
  readonly why: string;
  /** Absent: the context has no unit of the attribute. */
  readonly allocation: ExplainedAllocation | undefined;
}

/** What confines a release, in the order in which it is asked: its layer, then the holdouts that have not ended. */
export function* explainConfines(
  { spec, holdouts }: ReleaseParts,
  unit: string | undefined,
  now: number,
  allocate: Allocate,
): Generator<ExplainedConfine> {
  if (spec.layer) {
    const { name, from, to } = spec.layer;
    const [first, end] = [shareInMillionths(from), shareInMillionths(to)];
    const allocation = allocate(`layer/${name}`, unit);
    const inside = allocation !== undefined && allocation.position >= first && allocation.position < end;
    const range = `its part of the layer ${name}, ${percentOf(first)} to ${percentOf(end)}`;
    const why = `position ${percentOf(allocation?.position ?? 0)} is ${inside ? 'in' : 'outside'} ${range}`;
    yield { inside, why, allocation };
  }
  for (const holdout of holdouts) {
    const { name, spec: held } = holdout;
    if (held === undefined || (held.until !== undefined && now >= Date.parse(held.until))) continue;
    const share = shareInMillionths(held.share);
    const allocation = allocate(`holdout/${name}`, held.unit);
    const inside = allocation !== undefined && allocation.position >= share;
    const why = `position ${percentOf(allocation?.position ?? 0)} is ${inside ? 'not ' : ''}in the holdout ${name} of ${percentOf(share)}`;
    yield { inside, why, allocation };
  }
}
