import type { ReleaseSpec } from '@ombre/decide/model';
import { touchable } from '@ombre/release';

/**
 * How much of the traffic conditions of levels hold for, of what was counted: levels that nobody reached yet are not among it. A level is
 * counted only where the release may touch a unit, in its layer and outside its holdouts.
 */
export function matchingOf(
  spec: ReleaseSpec,
  counted: Readonly<Record<string, number>>,
  heldOut: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const part = touchable(spec, heldOut);
  const known = spec.ladder.flatMap(({ name, when }) => {
    const seen = counted[name];
    return when === undefined || seen === undefined ? [] : [[name, Math.min(1, seen / part)] as const];
  });
  return Object.fromEntries(known);
}
