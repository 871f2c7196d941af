import { formatType, parseType, targetingKey } from '@ombre/decide';
import type { Attribute, ResourceOf } from '@ombre/decide/model';
import { didYouMean, listNames } from '../issue/suggest.ts';
import type { Draft } from '../shape/draft.ts';
import type { Report, World } from './world.ts';

const typeNames = [
  'string',
  'int',
  'uint',
  'double',
  'bool',
  'bytes',
  'timestamp',
  'duration',
  'dyn',
  'ip',
  'cidr',
  'semver',
  'list(string)',
  'map(string, dyn)',
];

/** Names other languages have for types of CEL. */
const otherNames: Readonly<Record<string, string>> = {
  text: 'string',
  str: 'string',
  number: 'double',
  float: 'double',
  integer: 'int',
  boolean: 'bool',
  date: 'timestamp',
  datetime: 'timestamp',
  any: 'dyn',
  object: 'map(string, dyn)',
  array: 'list(string)',
};

/** Words the language keeps for itself (CEL specification, syntax). */
const reserved: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while __proto__'.split(
    ' ',
  ),
);

export function checkVocabulary(draft: Draft, { spec }: ResourceOf<'Vocabulary'>, world: World): void {
  const report = world.reportFor(draft);
  for (const [name, attribute] of Object.entries(spec.attributes)) {
    const path = ['spec', 'attributes', name];
    checkName(name, attribute, world, report);
    const first = world.language.attributes.get(name);
    if (first !== undefined && first.draft !== draft) {
      const also = [
        { resource: first.draft.id, path: first.path, part: 'key' as const, message: 'first here' },
      ];
      report('DUPLICATE_ATTRIBUTE', path, { name }, { part: 'key', also });
    }
    checkType(attribute, path, report);
    if (attribute.given === true && attribute.derivedBy !== undefined) {
      report('GIVEN_AND_DERIVED', [...path, 'derivedBy'], { enricher: attribute.derivedBy });
    }
    if (attribute.derivedBy !== undefined && world.language.enrichers?.has(attribute.derivedBy) === false) {
      const known = [...world.language.enrichers].toSorted();
      const details = {
        expected: listNames(known) || 'none is built in',
        ...didYouMean(attribute.derivedBy, known),
      };
      report('UNKNOWN_ENRICHER', [...path, 'derivedBy'], { name: attribute.derivedBy }, details);
    }
  }
}

function checkName(name: string, attribute: Attribute, world: World, report: Report): void {
  const path = ['spec', 'attributes', name];
  const steps = name.split('.');
  const word = steps.find((step) => reserved.has(step));
  if (word !== undefined) report('ATTRIBUTE_RESERVED', path, { word }, { part: 'key' });
  if (name === targetingKey && attribute.type !== 'string') {
    report('TARGETING_KEY_TYPE', [...path, 'type'], {}, { expected: 'string', found: attribute.type });
  }
  const outer = steps.slice(0, -1).map((_, at) => steps.slice(0, at + 1).join('.'));
  const inside = outer.find((one) => world.language.attributes.has(one));
  if (inside !== undefined) report('ATTRIBUTE_INSIDE', path, { name, outer: inside }, { part: 'key' });
}

function checkType({ type, values }: Attribute, path: readonly string[], report: Report): void {
  const parsed = parseType(type);
  if (parsed === undefined || hasParameter(type)) {
    const other = Object.hasOwn(otherNames, type.toLowerCase()) ? otherNames[type.toLowerCase()] : undefined;
    const hint = other === undefined ? didYouMean(type, typeNames) : { hint: `did you mean "${other}"?` };
    const details = { expected: typeNames.join(', '), found: type, ...hint };
    report('ATTRIBUTE_TYPE', [...path, 'type'], { found: JSON.stringify(type) }, details);
  } else if (values !== undefined && parsed.kind !== 'string') {
    report('VALUES_TYPE', [...path, 'values'], { type: formatType(parsed) }, { part: 'key' });
  }
}

/** A type parameter such as `T` has a meaning in signatures only. */
function hasParameter(type: string): boolean {
  return /(?:^|\W)[A-Z](?:\W|$)/.test(type);
}
