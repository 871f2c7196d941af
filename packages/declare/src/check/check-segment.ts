import type { ResourceOf } from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';
import { checkUnit } from './references.ts';
import type { Report, World } from './world.ts';

export function checkSegment(draft: Draft, { spec }: ResourceOf<'Segment'>, world: World): void {
  const report = world.reportFor(draft);
  checkUnit(spec.unit, ['spec', 'unit'], world, report);
  if (draft.whole && spec.when === undefined && (spec.ids ?? []).length === 0)
    report('EMPTY_SEGMENT', ['spec'], {}, { part: 'key' });
  reportTwice(spec.ids ?? [], 'ids', report);
  reportTwice(spec.exclude ?? [], 'exclude', report);
  if (spec.exclude === undefined || spec.ids === undefined) return;
  const listed = new Set(spec.ids);
  const both = spec.exclude.findIndex((id) => listed.has(id));
  const id = spec.exclude[both];
  if (id !== undefined) report('EXCLUDED_ID', ['spec', 'exclude', both], { id: JSON.stringify(id) });
}

function reportTwice(ids: readonly string[], list: 'ids' | 'exclude', report: Report): void {
  const seen = new Set<string>();
  for (const [index, id] of ids.entries()) {
    if (seen.has(id)) {
      report('DUPLICATE_ID', ['spec', list, index], { id: JSON.stringify(id) });
      return;
    }
    seen.add(id);
  }
}
