import { canonicalJson } from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';
import type { EnvironmentState, PlacementRow } from '../store/row.ts';
import type { PlaceInput } from './commands.ts';
import { NOTHING, type Planned } from './plan.ts';

/** Plans a move of a release: compare-and-set on the placement's version; the epoch grows by one with each move. */
export function planPlace(state: EnvironmentState, input: PlaceInput): Planned {
  const { release, placement, version, fence } = input;
  const resource = state.resources.get(`Release/${release}`)?.resource;
  if (resource?.kind !== 'Release') {
    return { ok: false, code: 'NOT_FOUND', message: `There is no release ${release}.` };
  }
  const key = `Placement/${release}`;
  const was = state.placements.get(release);
  const found = was?.version ?? 0;
  if (found !== version) {
    return {
      ok: false,
      code: 'CONFLICT',
      message: `${key} is at version ${found}, not ${version}: read it again.`,
      moved: [{ key, expected: version, found }],
    };
  }
  // A controller that asks for where the release stands already repeats itself after a lost answer.
  if (was !== undefined && canonicalJson(json(was.placement)) === canonicalJson(json(placement)))
    return NOTHING;
  const problem = wrongPlacement(placement, resource.spec.ladder.length, was?.placement.epoch ?? 0);
  if (problem !== undefined) return { ok: false, code: 'INVALID', message: problem, issues: [] };

  const row: PlacementRow = { release, placement, version: version + 1, fence: fence.token };
  return {
    ...NOTHING,
    writes: [{ kind: 'Placement', name: release, row }],
    names: [key],
    diff: [
      {
        key,
        change: was === undefined ? 'added' : 'changed',
        paths: [
          { path: '', ...(was === undefined ? {} : { from: json(was.placement) }), to: json(placement) },
        ],
      },
    ],
  };
}

function wrongPlacement(
  placement: PlaceInput['placement'],
  levels: number,
  epoch: number,
): string | undefined {
  const { reached, shares } = placement;
  if (reached > levels) return `The ladder has ${levels} levels; ${reached} cannot be reached.`;
  if (shares.length !== reached)
    return `${reached} levels are reached, but ${shares.length} shares are given.`;
  if (placement.epoch !== epoch + 1)
    return `The epoch after ${epoch} is ${epoch + 1}, not ${placement.epoch}.`;
  return undefined;
}

function json(value: PlaceInput['placement']): JsonValue {
  return value as unknown as JsonValue;
}
