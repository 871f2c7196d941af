import type { CelEnvironment } from '../cel/environment.ts';
import { childrenOf, type IrNode } from '../cel/ir.ts';
import { compileProgram } from '../cel/program.ts';
import { parseType } from '../cel/type.ts';
import type { FlagSpec } from '../model/flag.ts';
import type { HoldoutSpec } from '../model/holdout.ts';
import type { Override } from '../model/override.ts';
import type { Placement } from '../model/release/placement.ts';
import type { ReleaseSpec } from '../model/release/release.ts';
import type { SegmentSpec } from '../model/segment.ts';
import type { Serve } from '../model/serve.ts';
import type { TableSpec } from '../model/table.ts';
import type { UpstreamSpec } from '../model/upstream.ts';
import type { VocabularySpec } from '../model/vocabulary.ts';
import type { Entry, EntryKind } from './entry.ts';

/** What code or a clock must provide for an entry, as opposed to other entries. */
const CODE = /^(Enricher|Function|Algorithm|Semantics)\//;

/** Whether a need names something of the receiver: such needs make up a manifest's `requires`. */
export function isRequirement(need: string): boolean {
  return CODE.test(need);
}

/** Works out what entries stand on, under the vocabularies of their environment. */
export interface NeedsFinder {
  needsOf(entry: Entry): readonly string[];
}

export function needsFinder(vocabularies: Iterable<VocabularySpec>): NeedsFinder {
  const environment = { attributes: new Map() } satisfies CelEnvironment;
  const derivedBy = new Map<string, string>();
  for (const { attributes } of vocabularies) {
    for (const [name, attribute] of Object.entries(attributes)) {
      environment.attributes.set(name, parseType(attribute.type) ?? { kind: 'dyn' });
      if (attribute.derivedBy !== undefined) derivedBy.set(name, attribute.derivedBy);
    }
  }
  const derivedLeaf = [...derivedBy.keys()].map((name) => name.slice(name.lastIndexOf('.') + 1));

  function attribute(name: string | undefined, needs: Set<string>): void {
    const enricher = name === undefined ? undefined : derivedBy.get(name);
    if (enricher !== undefined) needs.add(`Enricher/${enricher}`);
  }

  function condition(source: string | undefined, needs: Set<string>): void {
    if (source === undefined) return;
    // Most conditions call nothing and read nothing derived: those need no parser.
    if (!/[\w`]\s*\(/.test(source) && !derivedLeaf.some((leaf) => source.includes(leaf))) return;
    const program = compileProgram(source, environment);
    for (const name of program.segments) needs.add(`Segment/${name}`);
    for (const name of program.reads) attribute(name, needs);
    const visit = (node: IrNode): void => {
      if (node.kind === 'failure' && node.unknown !== undefined && node.unknown.what !== 'attribute')
        needs.add(`Function/${node.unknown.name}`);
      childrenOf(node).forEach(visit);
    };
    visit(program.ir);
  }

  function serve(value: Serve, needs: Set<string>): void {
    if ('table' in value) needs.add(`Table/${value.table}`);
    if ('algorithm' in value && value.algorithm !== undefined && value.algorithm !== 'ombre/1')
      needs.add(`Algorithm/${String(value.algorithm)}`);
  }

  const byKind: Readonly<Record<EntryKind, (body: never, needs: Set<string>, name: string) => void>> = {
    Vocabulary: () => {},
    Flag(spec: FlagSpec, needs) {
      for (const { flag } of spec.prerequisites ?? []) needs.add(`Flag/${flag}`);
      for (const rule of spec.rules ?? []) {
        condition(rule.when, needs);
        serve(rule.serve, needs);
        if (rule.action !== undefined && 'degrade' in rule.action)
          needs.add(`Upstream/${rule.action.degrade}`);
      }
      attribute(spec.unit, needs);
      instant(spec.validity?.from, needs);
      instant(spec.validity?.until, needs);
      if (spec.semantics !== undefined && spec.semantics !== 1)
        needs.add(`Semantics/${String(spec.semantics)}`);
    },
    Segment(spec: SegmentSpec, needs) {
      condition(spec.when, needs);
      attribute(spec.unit, needs);
    },
    Table(spec: TableSpec, needs) {
      for (const dimension of spec.dimensions) attribute(dimension.attribute, needs);
      for (const row of spec.rows) serve(row.serve, needs);
    },
    Upstream(spec: UpstreamSpec, needs) {
      if (spec.fallback !== undefined) needs.add(`Upstream/${spec.fallback}`);
    },
    Release(spec: ReleaseSpec, needs) {
      needs.add(`Flag/${spec.flag}`);
      for (const level of spec.ladder) condition(level.when, needs);
      // A receiver that knows of neither would treat who must not be treated: it has the flag off instead.
      if (spec.layer) needs.add('Semantics/layers');
      for (const holdout of spec.holdouts ?? []) needs.add('Semantics/holdouts').add(`Holdout/${holdout}`);
    },
    Holdout(spec: HoldoutSpec, needs) {
      attribute(spec.unit, needs);
      instant(spec.until, needs);
    },
    Placement(placement: Placement, needs, name) {
      needs.add(`Release/${name}`);
      for (const { when } of placement.except ?? []) condition(when, needs);
    },
    Override(override: Override, needs, name) {
      needs.add(`Flag/${name}`);
      moment(override.kill?.until, needs);
      for (const target of Object.values(override.targets ?? {})) moment(target.until, needs);
    },
    BreakGlass: () => {},
  };

  return {
    needsOf({ kind, name, body }) {
      const needs = new Set<string>();
      byKind[kind](body as never, needs, name);
      return [...needs].sort();
    },
  };
}

function instant(text: string | undefined, needs: Set<string>): void {
  if (text !== undefined) moment(Date.parse(text), needs);
}

function moment(time: number | undefined, needs: Set<string>): void {
  if (time !== undefined && Number.isFinite(time)) needs.add(`At/${time}`);
}
