import type { CelFunction } from './function.ts';
import type { CelType } from './type.ts';

/** What an expression may speak of: the attributes of a vocabulary and the functions code added. */
export interface CelEnvironment {
  /** Types by dotted name, e.g. `user.tier`. `targetingKey` need not be listed: it is always a string. */
  readonly attributes: ReadonlyMap<string, CelType>;
  /** Functions beside the standard ones. A name of a standard function adds overloads, it replaces none. */
  readonly functions?: readonly CelFunction[];
}

/** The name every environment knows. */
export const targetingKey = 'targetingKey';

/** The declared type of an attribute, or undefined if the vocabulary does not know the name. */
export function attributeType(environment: CelEnvironment, name: string): CelType | undefined {
  return name === targetingKey ? { kind: 'string' } : environment.attributes.get(name);
}

/** Every name an expression may read, sorted. */
export function attributeNames(environment: CelEnvironment): readonly string[] {
  return [...new Set([...environment.attributes.keys(), targetingKey])].sort();
}
