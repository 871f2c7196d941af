import { targetingKey } from '@ombre/decide';
import type { LayerRange } from '@ombre/decide/model';
import type { Finding } from '../issue/finding.ts';
import type { Draft } from '../shape/draft.ts';
import type { Declarations } from './declarations.ts';
import { reporter } from './world.ts';

/** A release and its part of a layer. */
interface Part {
  readonly draft: Draft;
  readonly range: LayerRange;
  /** What its flag is bucketed by. */
  readonly unit: string;
}

/** Parts of one layer that have units in common, or are of other units than the first. */
export function checkLayers(declarations: Declarations): readonly Finding[] {
  const findings: Finding[] = [];
  for (const parts of layersOf(declarations).values()) {
    for (const [index, part] of parts.entries()) {
      const others = parts.slice(0, index);
      const other = others.find(({ range }) => range.from < part.range.to && part.range.from < range.to);
      if (other !== undefined) reportOverlap(part, other, freeRanges(parts, part), findings);
      const [first] = others;
      if (first !== undefined && first.unit !== part.unit) reportUnit(part, first, findings);
    }
  }
  return findings;
}

function layersOf(declarations: Declarations): ReadonlyMap<string, readonly Part[]> {
  const layers = new Map<string, Part[]>();
  for (const draft of declarations.all('Release')) {
    const spec = declarations.get('Release', draft.name)?.spec;
    // An empty range is reported where it is written.
    if (!spec?.layer || spec.layer.from >= spec.layer.to) continue;
    const unit = declarations.get('Flag', spec.flag)?.spec.unit ?? targetingKey;
    const part = { draft, range: spec.layer, unit };
    const known = layers.get(spec.layer.name);
    if (known === undefined) layers.set(spec.layer.name, [part]);
    else known.push(part);
  }
  return layers;
}

function reportOverlap(part: Part, other: Part, free: string, findings: Finding[]): void {
  const { range } = part;
  const words = {
    release: JSON.stringify(part.draft.name),
    other: JSON.stringify(other.draft.name),
    layer: JSON.stringify(range.name),
  };
  const also = [{ resource: other.draft.id, path: ['spec', 'layer'], message: 'the other part' }];
  const details = { expected: free, found: `${range.from} to ${range.to}`, also };
  reporter(part.draft, findings)('LAYER_OVERLAP', ['spec', 'layer'], words, details);
}

function reportUnit(part: Part, first: Part, findings: Finding[]): void {
  const layer = JSON.stringify(part.range.name);
  const words = { layer, release: JSON.stringify(first.draft.name) };
  const also = [{ resource: first.draft.id, path: ['spec', 'flag'], message: 'the first release' }];
  const details = { expected: first.unit, found: part.unit, also };
  reporter(part.draft, findings)('LAYER_UNIT', ['spec', 'flag'], words, details);
}

/** What the other releases leave of a layer, in words. */
function freeRanges(parts: readonly Part[], own: Part): string {
  const taken = parts.filter((part) => part !== own).map(({ range }) => range);
  const free: string[] = [];
  let end = 0;
  for (const { from, to } of [...taken.toSorted((a, b) => a.from - b.from), { from: 1, to: 1 }]) {
    if (from > end) free.push(`${end} to ${from}`);
    end = Math.max(end, to);
  }
  return free.length === 0
    ? 'a part of another layer: this one is taken whole'
    : `a part of ${free.join(', ')}`;
}
