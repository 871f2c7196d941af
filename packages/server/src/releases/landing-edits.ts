import type { Resource } from '@ombre/decide/model';
import { formatResources } from '@ombre/declare';
import type { LandingEdit } from '@ombre/protocol';
import { landingOf, stayingOf } from '../commands/plan-land.ts';
import type { ResourceRow } from '../store/row.ts';
import type { Views } from '../views/views.ts';
import { lineDiff } from './line-diff.ts';

/** What a person edits in files, in one save, so that a completed release ends and nobody's variant changes; empty where the API owns all of it. */
export function landingEdits(
  views: Pick<Views, 'resources' | 'placements'>,
  environment: string,
  release: string,
): readonly LandingEdit[] {
  const rows = views.resources(environment) ?? [];
  const resources = new Map<string, ResourceRow>(rows.map((row) => [keyOf(row.resource), row]));
  const placements = new Map((views.placements(environment) ?? []).map((row) => [row.release, row]));
  const own = `Release/${release}`;
  const row = resources.get(own);
  if (row?.resource.kind !== 'Release') return [];
  const { flag, from, to } = row.resource.spec;
  const flagRow = resources.get(`Flag/${flag}`);
  if (row.origin === 'api' && flagRow?.origin === 'api') return [];
  const landing = landingOf({ resources, placements }, release);
  const removal = {
    resource: own,
    sentence: `Remove ${own}.`,
    diff: lineDiff(formatResources([row.resource]), ''),
  };
  if (!landing.ok || flagRow === undefined) {
    const sentence = landing.ok ? '' : landing.message;
    return [{ resource: `Flag/${flag}`, sentence, diff: '' }, removal];
  }
  const diff = lineDiff(formatResources([flagRow.resource]), formatResources([landing.flag]));
  if (diff === '') return [removal];
  const stays = stayingOf(row.resource.spec, placements.get(release)?.placement ?? {});
  const kept =
    stays.length === 0
      ? ''
      : `, and keep ${from} for whom ${stays.map(({ level }) => level).join(', ')} was taken back from`;
  const sentence = `Write ${to} where Flag/${flag} says ${from}${kept}.`;
  return [{ resource: `Flag/${flag}`, sentence, diff }, removal];
}

function keyOf(resource: Resource): string {
  return `${resource.kind}/${resource.metadata.name}`;
}
