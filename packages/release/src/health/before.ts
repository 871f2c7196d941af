import type { ReleaseSpec } from '@ombre/decide/model';
import type { ReleaseState } from '../climb/state.ts';
import type { History } from './history.ts';
import type { ArmTally } from './tally.ts';

/** What users of a level and users outside all levels were given at earlier steps, when neither had the change. */
export type Before = { readonly level: ArmTally; readonly outside: ArmTally };

/** By level that will treat everybody it holds for, so that it is compared with what was before. Plain JSON. */
export type BeforeByLevel = Readonly<Record<string, Before>>;

/** Adds what a step counted that is over: its control is what the level's users are like without the change. */
export function addBefore(spec: ReleaseSpec, before: BeforeByLevel, { last }: History): BeforeByLevel {
  const { outside } = last;
  if (outside === undefined) return before;
  const more = spec.ladder.flatMap(({ name, when, share }): readonly [string, Before][] => {
    const control = last.levels[name]?.control;
    if (when === undefined || share < 1 || !control?.ended.some((count) => count > 0)) return [];
    const known = before[name];
    if (known === undefined || known.level.slow.length !== control.slow.length) {
      return [[name, { level: control, outside }]];
    }
    return [[name, { level: sumOf(known.level, control), outside: sumOf(known.outside, outside) }]];
  });
  return more.length === 0 ? before : { ...before, ...Object.fromEntries(more) };
}

/** The level reached last, where it treats everybody it holds for and not everybody there is. */
export function levelWithoutControl(
  { ladder }: ReleaseSpec,
  { placement }: ReleaseState,
): string | undefined {
  const level = ladder[placement.reached - 1];
  const full = placement.shares.some((share, index) => share === 1 && ladder[index]?.when === undefined);
  return full || level?.when === undefined || placement.shares.at(-1) !== 1 ? undefined : level.name;
}

function sumOf(a: ArmTally, b: ArmTally): ArmTally {
  const plus = (one: readonly number[], other: readonly number[] = []) =>
    one.map((count, bucket) => count + (other[bucket] ?? 0));
  return {
    ended: plus(a.ended, b.ended),
    failures: plus(a.failures, b.failures),
    slow: a.slow.map((slow, limit) => plus(slow, b.slow[limit])),
    latencySum: plus(a.latencySum, b.latencySum),
    units: Math.max(a.units, b.units),
  };
}
