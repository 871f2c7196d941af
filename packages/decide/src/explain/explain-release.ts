import { CelError } from '../cel/value.ts';
import type { OutcomeParts } from '../engine/outcomes.ts';
import type { ReleaseParts } from '../engine/release-plan.ts';
import { bandsOf, cutOf } from '../model/release/bands.ts';
import { START } from '../model/release/placement.ts';
import { MILLION, percentOf, shareInMillionths } from '../model/share.ts';
import type { Ahead, Arm } from '../outcome.ts';
import { type Allocate, explainConfines } from './explain-confines.ts';
import type { ExplainedAllocation, ExplainedExpression, ExplainedStep } from './explanation.ts';
import type { Witness } from './witness.ts';

/** What a release is explained with beside itself. */
export interface Circumstances {
  readonly witness: Witness;
  /** The attribute its flag is bucketed by; the targeting key where none is named. */
  readonly unit: string | undefined;
  readonly now: number;
  readonly allocate: Allocate;
}

/** What a release makes of a unit that would be served `from`, by the words of the level rule. */
export function explainRelease(
  release: ReleaseParts,
  base: OutcomeParts,
  { witness, unit, now, allocate }: Circumstances,
): { readonly parts: OutcomeParts; readonly step: ExplainedStep } {
  const { name, spec, placement } = release;
  const { reached, shares, except, epoch } = placement ?? START;
  const levels: ExplainedExpression[] = [];
  let level: string | undefined;
  let share = 0;
  for (const [index, { name: levelName, when }] of spec.ladder.slice(0, reached).entries()) {
    const holds = when === undefined || witness.verdict(when) === true;
    const size = shareInMillionths(shares[index] ?? 0);
    const children = when === undefined ? [] : [witness.trace(when)];
    levels.push({ text: `level ${levelName} at ${percentOf(size)}`, value: holds, children });
    if (holds && size > share) {
      share = size;
      level = levelName;
    }
  }
  for (const exception of level === undefined ? [] : (except ?? [])) {
    const verdict = witness.verdict(exception.when);
    const size = shareInMillionths(exception.share);
    const value = verdict instanceof CelError ? false : verdict;
    levels.push({
      text: `taken back to ${percentOf(size)}`,
      value,
      children: [witness.trace(exception.when)],
    });
    if (value) share = Math.min(share, size);
  }
  const outcome = (arm: Arm, why: string, allocation?: ExplainedAllocation) => ({
    parts: {
      ...base,
      ...(arm === 'treatment' ? { variant: spec.to, reason: 'release' as const } : {}),
      release: { release: name, level, arm, epoch },
    },
    step: {
      step: 'release' as const,
      name,
      taken: arm === 'treatment',
      why,
      ...(levels.length === 0
        ? {}
        : { details: { text: 'the level whose share counts', value: level ?? null, children: levels } }),
      ...(allocation === undefined ? {} : { allocation }),
    },
  });
  const outside = (why: string, allocation?: ExplainedAllocation) => {
    const { parts, step } = outcome('none', why, allocation);
    return { parts: { ...parts, release: { ...parts.release, level: undefined } }, step };
  };
  const unitless = () => {
    const { parts, step } = outside('it needs a unit, and the context has none');
    return { parts: { ...parts, reason: 'error', error: 'TARGETING_KEY_MISSING' } as const, step };
  };

  const lost = release.holdouts.find((holdout) => holdout.spec === undefined);
  if (lost !== undefined) return outside(`there is no holdout ${lost.name}: it treats nobody until there is`);
  if (level === undefined) {
    const { ahead, why, allocation } = explainAhead(release, { witness, unit, now, allocate });
    const none = reached === 0 ? 'no level is reached yet' : 'no reached level admits the unit';
    const { parts, step } = outside(none + why, allocation);
    return { parts: { ...parts, release: { ...parts.release, ahead } }, step };
  }
  if (share === 0) return outcome('none', `level ${level} was taken back from this unit`);
  for (const { inside, why, allocation } of explainConfines(release, unit, now, allocate)) {
    if (allocation === undefined) return unitless();
    if (!inside) return outside(why, allocation);
    levels.push({ text: why, value: true, children: [] });
  }
  if (share === MILLION) return outcome('treatment', `level ${level} admits everybody it is for`);
  const allocation = allocate(`release/${name}`, unit);
  if (allocation === undefined) return unitless();
  const { position } = allocation;
  const where = `position ${percentOf(position)}, level ${level} has ${percentOf(share)}`;
  if (position < share) return outcome('treatment', `${where}: treated`, allocation);
  if (position < 2 * share) return outcome('control', `${where}: control`, allocation);
  return outcome('none', `${where}: neither treated nor control`, allocation);
}

/** Where a unit will stand at the next level that no reached one holds for, with the words that say so. */
function explainAhead(
  release: ReleaseParts,
  { witness, unit, now, allocate }: Circumstances,
): { readonly ahead?: Ahead; readonly why: string; readonly allocation?: ExplainedAllocation } {
  const nowhere = { why: '' };
  const { reached, epoch, except = [] } = release.placement ?? START;
  const level = release.spec.ladder[reached];
  if (level === undefined || (reached === 0 && epoch > 0)) return nowhere;
  const holds = (when: string) => witness.verdict(when) === true;
  try {
    if (level.when !== undefined && !holds(level.when)) return nowhere;
    if (except.some(({ when }) => holds(when))) return nowhere;
    for (const { inside } of explainConfines(release, unit, now, allocate)) if (!inside) return nowhere;
    const allocation = allocate(`release/${release.name}`, unit);
    const position = allocation?.position ?? Number.POSITIVE_INFINITY;
    const ends = bandsOf(release.spec.ladder, reached);
    const below = ends.find((end) => position < end);
    if (allocation === undefined || below === undefined) return nowhere;
    const from = ends[ends.indexOf(below) - 1] ?? 0;
    const band = `from ${percentOf(from)} to ${percentOf(below)} of level ${level.name}`;
    const why = `; position ${percentOf(position)} is counted ahead, ${band}`;
    return { ahead: { level: level.name, from, below, cut: cutOf(ends) }, why, allocation };
  } catch {
    return nowhere;
  }
}
