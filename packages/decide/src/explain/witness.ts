import { type Scope, toClosure } from '../cel/closure.ts';
import { compileProgram } from '../cel/program.ts';
import { type TraceNode, traceProgram } from '../cel/trace.ts';
import { CelError, CelUint, type CelValue } from '../cel/value.ts';
import { asUnit } from '../engine/attribute.ts';
import type { BoundContext } from '../engine/bound.ts';
import { isCircular } from '../engine/circle.ts';
import { idSetOf, segmentSpec } from '../engine/segment-cell.ts';
import type { Row, TableSpec } from '../model/table.ts';
import type { IdListName } from '../snapshot/id-list.ts';
import type { CellValue } from '../tables/match-kind.ts';
import { matchKindOf } from '../tables/match-kinds.ts';
import type { ExplainedAttribute, ExplainedExpression } from './explanation.ts';
import { jsonOf } from './json-of.ts';

/** A condition's three answers. */
export type Verdict = boolean | CelError;

const unknown = new CelError('missing', 'Whether the unit is in the segment cannot be told');

/**
 * Looks at a bound context the slow way, by the three-valued meaning of conditions, and remembers what it looked at. Shares with the engine
 * how attributes are read and nothing of how it decides.
 */
export class Witness implements Scope {
  readonly #bound: BoundContext;
  readonly #reads = new Set<string>();

  constructor(bound: BoundContext) {
    this.#bound = bound;
  }

  attribute(name: string): CelValue | undefined {
    this.#reads.add(name);
    return this.#bound.attribute(name);
  }

  inSegment(name: string): Verdict {
    const { snapshot } = this.#bound;
    const cell = snapshot.segments.get(name);
    const spec = cell && segmentSpec(cell.line);
    if (cell === undefined || spec === undefined) return unknown;
    if (isCircular(cell.line, (key) => snapshot.lineOf(key))) return unknown;
    const told = (list: IdListName): Verdict => {
      const ids = idSetOf(spec, cell.idSets, list);
      if (ids === undefined) return false;
      const unit = this.unit(spec.unit);
      return unit === undefined ? unknown : ids.has(unit);
    };
    const matches = spec.when === undefined ? false : this.verdict(spec.when);
    return and(not(told('exclude')), or(told('ids'), matches));
  }

  /** What a condition comes to. */
  verdict(source: string): Verdict {
    const value = toClosure(compileProgram(source, this.#bound.snapshot.schema.environment))(this);
    return typeof value === 'boolean' || value instanceof CelError
      ? value
      : new CelError('no_such_overload', 'A condition is true or false');
  }

  /** The same with each sub-expression's value. */
  trace(source: string): ExplainedExpression {
    return explained(traceProgram(compileProgram(source, this.#bound.snapshot.schema.environment), this));
  }

  /** What a flag or segment is bucketed by. */
  unit(attribute: string | undefined): string | undefined {
    if (attribute === undefined) return this.#bound.unit;
    const value = this.attribute(attribute);
    return asUnit(typeof value === 'number' ? value : (wholeNumber(value) ?? value));
  }

  /** The table's row for the context, found by trying all. */
  row(table: string): Row | undefined {
    const line = this.#bound.snapshot.tables.get(table)?.line;
    if (line === undefined) return undefined;
    const { dimensions, rows } = JSON.parse(line.body) as TableSpec;
    const values = dimensions.map(({ attribute }): CellValue => {
      const value = this.attribute(attribute);
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : wholeNumber(value);
    });
    let best: { readonly row: Row; readonly specificity: number } | undefined;
    for (const row of rows) {
      const kinds = dimensions.map(({ name }) => matchKindOf(row.match[name]));
      if (!kinds.every((kind, i) => kind.test(row.match[dimensions[i]?.name ?? ''] ?? '*')(values[i])))
        continue;
      const specificity = dimensions.reduce(
        (sum, { weight }, i) => sum + (kinds[i]?.specific ? weight : 0),
        0,
      );
      if (best === undefined || specificity > best.specificity) best = { row, specificity };
    }
    return best?.row;
  }

  /** What was read, by name. */
  attributes(): readonly ExplainedAttribute[] {
    return [...this.#reads].sort().map((name) => this.#explainAttribute(name));
  }

  #explainAttribute(name: string): ExplainedAttribute {
    const { schema } = this.#bound.snapshot;
    const value = this.#bound.attribute(name);
    if (value !== undefined) return { name, status: 'present', value: jsonOf(value) };
    const attribute = schema.attributes[schema.slotOf(name) ?? -1];
    if (attribute === undefined) return { name, status: 'missing' };
    if (attribute.derivedBy !== undefined)
      return { name, status: attribute.enricher === undefined ? 'unavailable' : 'missing' };
    try {
      const given = attribute.read(this.#bound.context);
      return { name, status: given === undefined || given === null ? 'missing' : 'mistyped' };
    } catch {
      return { name, status: 'missing' };
    }
  }
}

/** An int or uint as tables compare it. */
function wholeNumber(value: CelValue | undefined): CellValue {
  const plain = typeof value === 'bigint' || value instanceof CelUint ? jsonOf(value) : undefined;
  return typeof plain === 'number' ? plain : undefined;
}

function not(value: Verdict): Verdict {
  return typeof value === 'boolean' ? !value : value;
}

function and(one: Verdict, other: Verdict): Verdict {
  if (one === false || other === false) return false;
  return one === true ? other : one;
}

function or(one: Verdict, other: Verdict): Verdict {
  return not(and(not(one), not(other)));
}

function explained({ text, outcome, children }: TraceNode): ExplainedExpression {
  return {
    text,
    ...(outcome instanceof CelError ? { error: outcome.code } : { value: jsonOf(outcome) }),
    ...(children.length === 0 ? {} : { children: children.map(explained) }),
  };
}
