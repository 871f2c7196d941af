import type { Line } from '../snapshot/line.ts';

const NOBODY: readonly string[] = [];

/**
 * Who stands on whom, backwards. Shared by all snapshots that descend from one another and only growing, so a change copies nothing; what
 * it remembers is checked against the lines of the snapshot that asks.
 */
export class Dependents {
  readonly #keys = new Map<string, Set<string>>();

  note({ key, needs }: Line): void {
    for (const need of needs) {
      if (need.startsWith('At/')) continue;
      const known = this.#keys.get(need);
      if (known === undefined) this.#keys.set(need, new Set([key]));
      else known.add(key);
    }
  }

  /** Keys of the entries that need this one, by the lines as they are now. */
  of(key: string, lineOf: (key: string) => Line | undefined): readonly string[] {
    const known = this.#keys.get(key);
    if (known === undefined) return NOBODY;
    return [...known].filter((dependent) => lineOf(dependent)?.needs.includes(key));
  }
}
