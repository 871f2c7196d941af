import { formatType } from '@ombre/decide';
import type { Cell, ResourceOf } from '@ombre/decide/model';
import type { Path } from '../issue/issue.ts';
import { didYouMean, listNames } from '../issue/suggest.ts';
import { describeValue } from '../shape/describe.ts';
import type { Draft } from '../shape/draft.ts';
import { acceptedBy, cellMismatch } from './cell.ts';
import { checkWeights, type ServedVariant, servedVariants } from './check-serve.ts';
import type { DeclaredAttribute } from './language.ts';
import { checkOverlaps } from './overlaps.ts';
import { checkAttribute, checkVariant } from './references.ts';
import { reportRepeated } from './repeated.ts';
import type { Report, World } from './world.ts';

export function checkTable(draft: Draft, { spec }: ResourceOf<'Table'>, world: World): void {
  const report = world.reportFor(draft);
  const { dimensions, rows } = spec;
  reportRepeated(
    draft,
    'DUPLICATE_DIMENSION',
    'dimensions',
    dimensions.map(({ name }) => name),
    report,
  );
  reportRepeated(
    draft,
    'DUPLICATE_ROW',
    'rows',
    rows.map(({ id }) => id),
    report,
  );
  const attributes = new Map<string, DeclaredAttribute | undefined>();
  for (const [index, { name, attribute }] of dimensions.entries()) {
    checkAttribute(attribute, ['spec', 'dimensions', index, 'attribute'], world, report);
    attributes.set(name, world.language.attributes.get(attribute));
  }
  for (const [index, row] of rows.entries()) {
    const path = ['spec', 'rows', index];
    for (const [name, cell] of Object.entries(row.match)) {
      const at = [...path, 'match', name];
      if (!attributes.has(name)) {
        const known = [...attributes.keys()];
        const details = {
          part: 'key' as const,
          expected: listNames(known),
          found: name,
          ...didYouMean(name, known),
        };
        report('UNKNOWN_DIMENSION', at, { name: JSON.stringify(name) }, details);
      } else
        checkCell(
          cell,
          at,
          dimensions.find((dimension) => dimension.name === name)?.attribute ?? name,
          attributes.get(name),
          report,
        );
    }
    checkWeights(row.serve, [...path, 'serve'], report);
  }
  checkOverlaps(draft, spec, report);
  checkVariants(draft, spec.rows, world, report);
}

function checkCell(
  cell: Cell,
  path: Path,
  name: string,
  attribute: DeclaredAttribute | undefined,
  report: Report,
): void {
  const accepted = acceptedBy(cell);
  if (accepted.kind === 'range' && accepted.from >= accepted.to) {
    const { from, to } = cell as { readonly from: number; readonly to: number };
    report('EMPTY_RANGE', path, {}, { expected: `to above ${from}`, found: `to: ${to}` });
    return;
  }
  if (attribute === undefined) return;
  const expected = cellMismatch(accepted, attribute.type);
  if (expected !== undefined) {
    const words = { attribute: name, type: formatType(attribute.type) };
    report('CELL_TYPE', path, words, { expected, found: describeValue(cell) });
    return;
  }
  if (attribute.values === undefined || accepted.kind !== 'literals') return;
  for (const literal of accepted.literals) {
    if (attribute.values.includes(String(literal))) continue;
    const details = {
      expected: listNames(attribute.values),
      found: String(literal),
      ...didYouMean(String(literal), attribute.values),
    };
    const list = typeof cell === 'object' && 'in' in cell;
    const at = list ? [...path, 'in', cell.in.indexOf(String(literal))] : path;
    report('UNKNOWN_LITERAL', at, { attribute: name, literal: JSON.stringify(literal) }, details);
  }
}

/** Reports the variants of rows that a flag using the table does not have, each once a flag. */
function checkVariants(
  draft: Draft,
  rows: ResourceOf<'Table'>['spec']['rows'],
  world: World,
  report: Report,
): void {
  const served = new Map<string, ServedVariant>();
  for (const [index, row] of rows.entries()) {
    for (const one of servedVariants(row.serve, ['spec', 'rows', index, 'serve'])) {
      if (!served.has(one.variant)) served.set(one.variant, one);
    }
  }
  for (const { name, resource } of world.usersOf(draft.name)) {
    const { spec } = resource as ResourceOf<'Flag'>;
    for (const { variant, path, part } of served.values())
      checkVariant(name, spec, variant, path, report, part);
  }
}
