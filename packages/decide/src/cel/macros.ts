import type { ComprehensionMakes } from './ir.ts';

/** A macro with variables: what it makes and, by number of arguments, how many variables come first and whether a filter follows. */
export interface Macro {
  readonly makes: ComprehensionMakes;
  readonly forms: Readonly<Record<number, readonly [variables: 1 | 2, filter: boolean]>>;
}

const macros: Readonly<Record<string, Macro>> = {
  all: { makes: 'all', forms: { 2: [1, true], 3: [2, true] } },
  exists: { makes: 'exists', forms: { 2: [1, true], 3: [2, true] } },
  exists_one: { makes: 'existsOne', forms: { 2: [1, true], 3: [2, true] } },
  existsOne: { makes: 'existsOne', forms: { 2: [1, true], 3: [2, true] } },
  map: { makes: 'list', forms: { 2: [1, false], 3: [1, true] } },
  filter: { makes: 'list', forms: { 2: [1, true] } },
  transformList: { makes: 'list', forms: { 3: [2, false], 4: [2, true] } },
  transformMap: { makes: 'map', forms: { 3: [2, false], 4: [2, true] } },
  transformMapEntry: { makes: 'entries', forms: { 3: [2, false], 4: [2, true] } },
};

export function macroNamed(name: string): Macro | undefined {
  return Object.hasOwn(macros, name) ? macros[name] : undefined;
}

/** Says the ways to write a macro, such as `list.map(x, value) or list.map(x, condition, value)`. */
export function waysToWrite(name: string, { makes, forms }: Macro): string {
  const range = makes === 'map' || makes === 'entries' ? 'map' : 'list';
  const written = Object.entries(forms).map(([count, [variables, filter]]) => {
    const words = [...(variables === 1 ? ['x'] : ['i', 'x']), ...(filter ? ['condition'] : [])];
    if (words.length < Number(count)) words.push('value');
    return `${range}.${name}(${words.join(', ')})`;
  });
  return written.join(' or ');
}
