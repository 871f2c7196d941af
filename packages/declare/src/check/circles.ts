import { valueAt } from '../shape/schema-walk.ts';
import { walkGraph } from './graph.ts';
import { segmentsOf } from './literals.ts';
import type { World } from './world.ts';

/** Prerequisites behind each other at most: evaluation follows them. */
export const deepestPrerequisites = 16;

/** Reports circles of prerequisites, segments and fallbacks, and chains of prerequisites that are too long. */
export function checkCircles(world: World): void {
  checkPrerequisites(world);
  const segments = new Map<string, readonly string[]>();
  for (const [name, draft] of world.names('Segment')) {
    const when = valueAt(draft.value, ['spec', 'when']);
    segments.set(name, typeof when === 'string' ? segmentsOf(when).map((mention) => mention.name) : []);
  }
  for (const circle of walkGraph(segments).circles)
    report(world, 'Segment', 'SEGMENT_CYCLE', circle, ['spec', 'when']);
  const fallbacks = new Map<string, readonly string[]>();
  for (const [name] of world.names('Upstream')) {
    const fallback = world.get('Upstream', name)?.spec.fallback;
    fallbacks.set(name, fallback === undefined ? [] : [fallback]);
  }
  for (const circle of walkGraph(fallbacks).circles)
    report(world, 'Upstream', 'FALLBACK_CYCLE', circle, ['spec', 'fallback']);
}

function checkPrerequisites(world: World): void {
  const edges = new Map<string, readonly string[]>();
  for (const [name] of world.names('Flag')) {
    edges.set(name, world.get('Flag', name)?.spec.prerequisites?.map(({ flag }) => flag) ?? []);
  }
  const { circles, depth } = walkGraph(edges);
  for (const circle of circles)
    report(world, 'Flag', 'PREREQUISITE_CYCLE', circle, ['spec', 'prerequisites']);
  for (const [name, draft] of world.names('Flag')) {
    const deep = depth.get(name) ?? 0;
    // Only the flag that adds the link too many: those above it are too deep because of it.
    if (deep !== deepestPrerequisites + 1 || circles.some((circle) => circle.includes(name))) continue;
    const words = { depth: deep, limit: deepestPrerequisites };
    world.reportFor(draft)('PREREQUISITE_DEPTH', ['spec', 'prerequisites'], words, { part: 'key' });
  }
}

function report(
  world: World,
  kind: 'Flag' | 'Segment' | 'Upstream',
  code: 'PREREQUISITE_CYCLE' | 'SEGMENT_CYCLE' | 'FALLBACK_CYCLE',
  circle: readonly string[],
  path: readonly string[],
): void {
  const draft = world.names(kind).get(circle[0] ?? '');
  if (draft !== undefined) world.reportFor(draft)(code, path, { circle: circle.join(' → ') });
}
