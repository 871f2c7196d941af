import { CelError } from '../cel/value.ts';
import type { FlagParts } from '../engine/flag-plan.ts';
import type { OutcomeParts } from '../engine/outcomes.ts';
import { START } from '../model/release/placement.ts';
import { MILLION, shareInMillionths } from '../model/share.ts';
import type { Arm } from '../outcome.ts';
import type { ExplainedAllocation, ExplainedExpression, ExplainedStep } from './explanation.ts';
import type { Witness } from './witness.ts';

type Release = NonNullable<FlagParts['release']>;

/** What a release makes of a unit that would be served `from`, by the words of the level rule. */
export function explainRelease(
  { name, spec, placement }: Release,
  base: OutcomeParts,
  witness: Witness,
  allocate: (salt: string) => ExplainedAllocation | undefined,
): { readonly parts: OutcomeParts; readonly step: ExplainedStep } {
  const { reached, shares, except, epoch } = placement ?? START;
  const levels: ExplainedExpression[] = [];
  let level: string | undefined;
  let share = 0;
  for (const [index, { name: levelName, when }] of spec.ladder.slice(0, reached).entries()) {
    const holds = when === undefined || witness.verdict(when) === true;
    const size = shareInMillionths(shares[index] ?? 0);
    const children = when === undefined ? [] : [witness.trace(when)];
    levels.push({ text: `level ${levelName} with ${size} in a million`, value: holds, children });
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
      text: `taken back to ${size} in a million`,
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
      details: { text: 'levels', value: level ?? null, children: levels },
      ...(allocation === undefined ? {} : { allocation }),
    },
  });

  if (level === undefined)
    return outcome('none', reached === 0 ? 'no level is reached yet' : 'no reached level admits the unit');
  if (share === 0) return outcome('none', `level ${level} was taken back from this unit`);
  if (share === MILLION) return outcome('treatment', `level ${level} admits everybody it is for`);
  const allocation = allocate(`release/${name}`);
  if (allocation === undefined) {
    const missing = outcome('none', 'the level needs a unit, and the context has none');
    const error = { reason: 'error', error: 'TARGETING_KEY_MISSING' } as const;
    return {
      parts: { ...missing.parts, ...error, release: { release: name, level: undefined, arm: 'none', epoch } },
      step: missing.step,
    };
  }
  const { position } = allocation;
  const where = `position ${position}, share ${share} in a million of level ${level}`;
  if (position < share) return outcome('treatment', `${where}: treated`, allocation);
  if (position < 2 * share) return outcome('control', `${where}: control`, allocation);
  return outcome('none', `${where}: neither treated nor control`, allocation);
}
