/** Names of the types without parameters, as a Vocabulary writes them. */
export type SimpleTypeName =
  | 'string'
  | 'int'
  | 'uint'
  | 'double'
  | 'bool'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'null'
  | 'dyn'
  | 'type'
  | 'ip'
  | 'cidr'
  | 'semver';

/** A CEL type. `param` stands for a type parameter and occurs only in signatures of functions. */
export type CelType =
  | { readonly kind: SimpleTypeName }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'optional'; readonly value: CelType }
  | { readonly kind: 'param'; readonly name: string };

const simpleNames: ReadonlySet<string> = new Set<SimpleTypeName>([
  'string',
  'int',
  'uint',
  'double',
  'bool',
  'bytes',
  'timestamp',
  'duration',
  'null',
  'dyn',
  'type',
  'ip',
  'cidr',
  'semver',
]);

/** Deeper types than this are refused, so that a hostile vocabulary cannot exhaust the stack. */
const maxNesting = 16;

/** Reads a type as a Vocabulary writes it: `string`, `list(int)`, `map(string, dyn)`; undefined if it is none. */
export function parseType(text: string): CelType | undefined {
  const tokens = text.match(/[A-Za-z_]+|[(),]|\S/g) ?? [];
  let at = 0;
  const accept = (token: string) => tokens[at] === token && ++at > 0;

  function type(depth: number): CelType | undefined {
    const name = tokens[at++];
    if (name === undefined || depth > maxNesting) return undefined;
    if (simpleNames.has(name)) return { kind: name as SimpleTypeName };
    if (/^[A-Z]$/.test(name)) return { kind: 'param', name };
    if (!accept('(')) return undefined;
    const first = type(depth + 1);
    const second = accept(',') ? type(depth + 1) : undefined;
    if (first === undefined || !accept(')')) return undefined;
    if (name === 'map') return second && { kind: 'map', key: first, value: second };
    if (second !== undefined) return undefined;
    if (name === 'list') return { kind: 'list', element: first };
    return name === 'optional' ? { kind: 'optional', value: first } : undefined;
  }

  const parsed = type(0);
  return at === tokens.length ? parsed : undefined;
}

/** The text of a type, such that `parseType(formatType(t))` is `t`. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'optional':
      return `optional(${formatType(type.value)})`;
    case 'param':
      return type.name;
    default:
      return type.kind;
  }
}
