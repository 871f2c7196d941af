import { type CelType, parseType, targetingKey } from '@ombre/decide';
import type { JsonValue, Resource } from '@ombre/decide/model';
import { acceptedBy } from '../check/cell.ts';
import { type Token, tokensOf } from '../check/tokens.ts';

/** Contexts for an estimate, always the same for the same resources. */
export type SyntheticContext = Readonly<Record<string, JsonValue>>;

/**
 * Contexts of `count` units: every attribute is drawn evenly from the constants that conditions and cells hold against it, the values its vocabulary
 * lists, one value beyond them, and nothing. The attributes that are bucketed are the unit's own number.
 */
export function syntheticContexts(
  resources: readonly Resource[],
  count: number,
): readonly SyntheticContext[] {
  const units = new Set([targetingKey, ...resources.flatMap(unitOf)]);
  const choices = [...choicesOf(resources)].filter(([name]) => !units.has(name));
  return Array.from({ length: count }, (_, index) => {
    const context: Record<string, JsonValue> = {};
    for (const unit of units) context[unit] = `unit-${index}`;
    for (const [at, [name, values]] of choices.entries()) {
      const value = values[mix(index, at) % (values.length + 1)];
      if (value !== undefined) context[name] = value;
    }
    return context;
  });
}

function unitOf(resource: Resource): readonly string[] {
  const unit = resource.kind === 'Flag' || resource.kind === 'Segment' ? resource.spec.unit : undefined;
  return unit === undefined ? [] : [unit];
}

/** The values each declared attribute may be drawn from. */
function choicesOf(resources: readonly Resource[]): ReadonlyMap<string, readonly JsonValue[]> {
  const types = new Map<string, CelType>();
  const values = new Map<string, Set<JsonValue>>();
  for (const resource of resources) {
    if (resource.kind !== 'Vocabulary') continue;
    for (const [name, attribute] of Object.entries(resource.spec.attributes)) {
      types.set(name, parseType(attribute.type) ?? { kind: 'dyn' });
      values.set(name, new Set(attribute.values ?? []));
    }
  }
  const add = (name: string, literals: readonly JsonValue[]) => {
    for (const literal of literals) values.get(name)?.add(literal);
  };
  for (const resource of resources) {
    for (const when of conditionsOf(resource)) {
      const tokens = tokensOf(when);
      const literals = tokens.flatMap(literalOf);
      for (const name of namesIn(tokens)) add(name, literals);
    }
    if (resource.kind !== 'Table') continue;
    const { dimensions, rows } = resource.spec;
    for (const { name, attribute } of dimensions) {
      for (const row of rows.slice(0, 1000)) add(attribute, literalsOfCell(row.match[name]));
    }
  }
  const choices = [...values].map(
    ([name, found]) => [name, ofType([...found], types.get(name) ?? { kind: 'dyn' })] as const,
  );
  return new Map(choices.filter(([, found]) => found.length > 0));
}

function conditionsOf(resource: Resource): readonly string[] {
  if (resource.kind === 'Segment') return resource.spec.when === undefined ? [] : [resource.spec.when];
  if (resource.kind !== 'Flag') return [];
  return (resource.spec.rules ?? []).map(({ when }) => when).filter((when) => when !== undefined);
}

function literalOf(token: Token): readonly JsonValue[] {
  if (token.value !== undefined) return [token.value];
  const number = token.kind === 'number' ? Number(token.text.replace(/[uU]$/, '')) : Number.NaN;
  return Number.isFinite(number) ? [number] : [];
}

/** Every dotted name of a condition. */
function namesIn(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== 'word' || tokens[at - 1]?.text === '.') continue;
    let name = text;
    names.add(name);
    for (let next = at + 1; tokens[next]?.text === '.' && tokens[next + 1]?.kind === 'word'; next += 2) {
      name += `.${tokens[next + 1]?.text}`;
      names.add(name);
    }
  }
  return names;
}

function literalsOfCell(cell: Parameters<typeof acceptedBy>[0]): readonly JsonValue[] {
  const accepted = acceptedBy(cell);
  if (accepted.kind === 'literals') return [...accepted.literals];
  if (accepted.kind === 'range') return [accepted.from, accepted.to].filter(Number.isFinite);
  return accepted.kind === 'prefix' ? [accepted.prefix] : [];
}

/** Constants as values of the attribute's type; of numbers also those beside, of text also one that is none of them. */
function ofType(constants: readonly JsonValue[], type: CelType): readonly JsonValue[] {
  const texts = constants.filter((constant) => typeof constant === 'string');
  const numbers = constants.filter((constant) => typeof constant === 'number');
  switch (type.kind) {
    case 'bool':
      return [true, false];
    case 'int':
    case 'uint':
      return [
        ...new Set(
          numbers.flatMap((number) => [Math.floor(number) - 1, Math.floor(number), Math.floor(number) + 1]),
        ),
      ].filter((number) => type.kind === 'int' || number >= 0);
    case 'double':
      return [...new Set(numbers.flatMap((number) => [number - 1, number, number + 1]))];
    case 'list':
      return type.element.kind === 'string' ? [[], ...texts.map((text) => [text])] : [];
    case 'dyn':
      return constants;
    case 'map':
    case 'optional':
    case 'param':
      return [];
    default:
      return texts.length === 0 ? [] : [...texts, 'something-else'];
  }
}

/** A number drawn from two (the finaliser of murmur3, public domain). */
function mix(index: number, at: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
