import { formatType, targetingKey } from '@ombre/decide';
import type { FlagSpec, Kind } from '@ombre/decide/model';
import type { Path } from '../issue/issue.ts';
import { didYouMean, listNames } from '../issue/suggest.ts';
import type { Report, World } from './world.ts';

const codeOf = {
  Flag: 'UNKNOWN_FLAG',
  Segment: 'UNKNOWN_SEGMENT',
  Table: 'UNKNOWN_TABLE',
  Upstream: 'UNKNOWN_UPSTREAM',
  Holdout: 'UNKNOWN_HOLDOUT',
} as const;

/** Whether a resource that is mentioned is declared; reports it if not. */
export function checkName(
  kind: keyof typeof codeOf & Kind,
  name: string,
  path: Path,
  world: World,
  report: Report,
  span?: { start: number; end: number },
): boolean {
  if (world.has(kind, name)) return true;
  // What is no name at all has been reported as such.
  if (span === undefined && !/^[a-z0-9][a-z0-9._-]*$/.test(name)) return false;
  const known = world.names(kind);
  const details = {
    ...(known.length > 0 && { expected: listNames(known.toSorted(), 8) }),
    found: name,
    ...didYouMean(name, known),
    ...(span !== undefined && { span }),
  };
  report(codeOf[kind], path, { name: JSON.stringify(name) }, details);
  return false;
}

/** Reports a variant that a flag does not have. */
export function checkVariant(
  flag: string,
  spec: Pick<FlagSpec, 'variants'>,
  variant: string,
  path: Path,
  report: Report,
  part: 'key' | 'value' = 'value',
): void {
  if (Object.hasOwn(spec.variants, variant)) return;
  const known = Object.keys(spec.variants);
  const words = { flag: JSON.stringify(flag), variant: JSON.stringify(variant) };
  report('UNKNOWN_VARIANT', path, words, {
    part,
    expected: listNames(known),
    found: variant,
    ...didYouMean(variant, known),
  });
}

/** Reports an attribute nobody declares, or one whose values cannot be units. */
export function checkUnit(name: string | undefined, path: Path, world: World, report: Report): void {
  if (name === undefined || name === targetingKey || !checkAttribute(name, path, world, report)) return;
  const type = world.language.attributes.get(name)?.type;
  if (type === undefined || ['string', 'int', 'uint', 'dyn'].includes(type.kind)) return;
  report(
    'UNIT_TYPE',
    path,
    { name, type: formatType(type) },
    { expected: 'string or int', found: formatType(type) },
  );
}

export function checkAttribute(name: string, path: Path, world: World, report: Report): boolean {
  if (name === targetingKey || world.language.attributes.has(name)) return true;
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(name)) return false;
  const known = [...world.language.attributes.keys()];
  const details =
    known.length === 0
      ? { hint: 'declare it in a resource of kind Vocabulary' }
      : { expected: listNames(known.toSorted()), ...didYouMean(name, known) };
  report('UNKNOWN_ATTRIBUTE', path, { name }, { found: name, ...details });
  return false;
}
