import type { Placement, ReleaseSpec, Resource, ResourceOf } from '@ombre/decide/model';
import type { EnvironmentState } from '../store/row.ts';
import type { LandInput } from './commands.ts';
import { landFlag, type Staying, tablesOf } from './land-flag.ts';
import type { Checks, Now, Planned, Planning } from './plan.ts';
import { planResources } from './plan-resources.ts';

/** Plans that a completed release ends: its flag says `to` in `from`'s place, and the release goes, in one change in which nobody's variant changes. */
export function* planLand(now: Now, { release }: LandInput, checks: Checks): Planning {
  const { state } = now;
  const wanted = landingOf(state, release);
  if (!wanted.ok) return wanted;
  const { flag } = wanted;
  const keys = [`Flag/${flag.metadata.name}`, `Release/${release}`];
  const foreign = keys.filter((key) => state.resources.get(key)?.origin !== 'api');
  if (foreign.length > 0) {
    return {
      ok: false,
      code: 'OWNED',
      message: `${foreign.join(' and ')} belong${foreign.length === 1 ? 's' : ''} to files: edit them there, in one save, as the release's view shows.`,
      keys: foreign,
    };
  }
  const puts = new Map([[keys[0] ?? '', { resource: flag, origin: 'api' as const }]]);
  const deletes = new Set([`Release/${release}`]);
  const facts = { landed: release };
  return yield* planResources(now, { puts, deletes, pinned: 'refuse', facts, dryRun: false }, checks);
}

/** The flag as it says when the release has landed, whoever writes it. */
export function landingOf(
  state: Pick<EnvironmentState, 'resources' | 'placements'>,
  release: string,
): { readonly ok: true; readonly flag: Resource } | Extract<Planned, { readonly ok: false }> {
  const found = state.resources.get(`Release/${release}`)?.resource;
  if (found?.kind !== 'Release') return refused('NOT_FOUND', `There is no release ${release}.`);
  const { spec } = found as ResourceOf<'Release'>;
  const flag = state.resources.get(`Flag/${spec.flag}`)?.resource;
  if (flag?.kind !== 'Flag') return refused('NOT_FOUND', `There is no flag ${spec.flag}.`);
  const top = spec.ladder.at(-1);
  const placement = state.placements.get(release)?.placement;
  if (top?.when !== undefined || top?.share !== 1) {
    return refused(
      'PINNED',
      `${release} does not treat everybody at its last level: write the flag as it shall stay.`,
    );
  }
  if (placement?.reached !== spec.ladder.length || placement.shares.at(-1) !== 1) {
    return refused('PINNED', `${release} has not reached everybody.`);
  }
  if (placement.cells !== undefined) {
    return refused('PINNED', `${release} leaves some units out: write the flag as it shall stay.`);
  }
  const staying = stayingOf(spec, placement);
  const landed = landFlag(flag.spec, spec.from, spec.to, tablesOf(state), staying);
  if (!landed.ok) return refused('PINNED', `Flag/${spec.flag}: ${landed.message}.`);
  return { ok: true, flag: { ...flag, spec: landed.spec } };
}

/** Whom a release left out, by the levels that were taken back alone. */
export function stayingOf(
  { ladder }: ReleaseSpec,
  { except = [] }: Pick<Placement, 'except'>,
): readonly Staying[] {
  return except.map(({ when }) => ({
    level: ladder.find((level) => level.when === when)?.name ?? 'left-out',
    when,
  }));
}

function refused(code: 'NOT_FOUND' | 'PINNED', message: string): Extract<Planned, { readonly ok: false }> {
  return code === 'PINNED' ? { ok: false, code, message, issues: [] } : { ok: false, code, message };
}
