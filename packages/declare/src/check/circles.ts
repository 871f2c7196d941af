import type { Finding } from '../issue/finding.ts';
import { valueAt } from '../shape/schema-walk.ts';
import type { Declarations } from './declarations.ts';
import { walkGraph } from './graph.ts';
import { segmentsOf } from './literals.ts';
import { reporter } from './world.ts';

/** Prerequisites behind each other at most: evaluation follows them. */
export const deepestPrerequisites = 16;

/** Circles of prerequisites, segments and fallbacks, and chains of prerequisites that are too long. */
export function checkCircles(declarations: Declarations): readonly Finding[] {
  const findings: Finding[] = [];
  checkPrerequisites(declarations, findings);
  const segments = new Map<string, readonly string[]>();
  for (const { name, value } of declarations.all('Segment')) {
    const when = valueAt(value, ['spec', 'when']);
    segments.set(name, typeof when === 'string' ? segmentsOf(when).map((mention) => mention.name) : []);
  }
  for (const circle of walkGraph(segments).circles)
    report(declarations, findings, 'Segment', 'SEGMENT_CYCLE', circle, ['spec', 'when']);
  const fallbacks = new Map<string, readonly string[]>();
  for (const { name } of declarations.all('Upstream')) {
    const fallback = declarations.get('Upstream', name)?.spec.fallback;
    fallbacks.set(name, fallback === undefined ? [] : [fallback]);
  }
  for (const circle of walkGraph(fallbacks).circles)
    report(declarations, findings, 'Upstream', 'FALLBACK_CYCLE', circle, ['spec', 'fallback']);
  return findings;
}

function checkPrerequisites(declarations: Declarations, findings: Finding[]): void {
  // Flags without prerequisites end every way.
  const edges = declarations.prerequisites();
  const { circles, depth } = walkGraph(edges);
  for (const circle of circles)
    report(declarations, findings, 'Flag', 'PREREQUISITE_CYCLE', circle, ['spec', 'prerequisites']);
  for (const name of edges.keys()) {
    const deep = depth.get(name) ?? 0;
    const draft = declarations.draft('Flag', name);
    // Only the flag that adds the link too many: those above it are too deep because of it.
    if (draft === undefined || deep !== deepestPrerequisites + 1) continue;
    if (circles.some((circle) => circle.includes(name))) continue;
    const words = { depth: deep, limit: deepestPrerequisites };
    reporter(draft, findings)('PREREQUISITE_DEPTH', ['spec', 'prerequisites'], words, { part: 'key' });
  }
}

function report(
  declarations: Declarations,
  findings: Finding[],
  kind: 'Flag' | 'Segment' | 'Upstream',
  code: 'PREREQUISITE_CYCLE' | 'SEGMENT_CYCLE' | 'FALLBACK_CYCLE',
  circle: readonly string[],
  path: readonly string[],
): void {
  const draft = declarations.draft(kind, circle[0] ?? '');
  if (draft !== undefined) reporter(draft, findings)(code, path, { circle: circle.join(' → ') });
}
