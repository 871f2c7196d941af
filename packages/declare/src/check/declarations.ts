import type { Kind, ResourceOf } from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';

/** Everything that is declared, by kind and name, malformed documents included. */
export class Declarations {
  readonly drafts: readonly Draft[];
  readonly #byKind = new Map<Kind, Map<string, Draft>>();
  readonly #names: Map<Kind, readonly string[]>;
  #users: ReadonlyMap<string, readonly Draft[]> | undefined;

  /** Lists of the set `before` that are the same here are the same objects. */
  constructor(drafts: readonly Draft[], before?: Declarations) {
    this.drafts = drafts;
    for (const draft of drafts) {
      const known = this.#byKind.get(draft.kind);
      if (known === undefined) this.#byKind.set(draft.kind, new Map([[draft.name, draft]]));
      else known.set(draft.name, draft);
    }
    this.#names = new Map();
    if (before === undefined) return;
    // Only what was asked of the one before is worth comparing.
    for (const [kind, names] of before.#names) this.#names.set(kind, sameAs(names, this.#namesOf(kind)));
    if (before.#users !== undefined) this.#users = this.#usersOfAll(before.#users);
  }

  draft(kind: Kind, name: string): Draft | undefined {
    return this.#byKind.get(kind)?.get(name);
  }

  /** The resource of a name; undefined if it is not there or malformed. */
  get<K extends Kind>(kind: K, name: string): ResourceOf<K> | undefined {
    return this.draft(kind, name)?.resource as ResourceOf<K> | undefined;
  }

  all(kind: Kind): Iterable<Draft> {
    return this.#byKind.get(kind)?.values() ?? [];
  }

  /** In the order they are declared. */
  names(kind: Kind): readonly string[] {
    const names = this.#names.get(kind) ?? this.#namesOf(kind);
    this.#names.set(kind, names);
    return names;
  }

  /** Flags with a rule that serves from a table. */
  usersOf(table: string): readonly Draft[] {
    this.#users ??= this.#usersOfAll(new Map());
    return this.#users.get(table) ?? NOBODY;
  }

  #namesOf(kind: Kind): readonly string[] {
    return [...(this.#byKind.get(kind)?.keys() ?? [])];
  }

  #usersOfAll(before: ReadonlyMap<string, readonly Draft[]>): ReadonlyMap<string, readonly Draft[]> {
    const users = new Map<string, Draft[]>();
    for (const draft of this.all('Flag')) {
      const { rules = [] } = (draft.resource as ResourceOf<'Flag'> | undefined)?.spec ?? {};
      for (const { serve } of rules) {
        if (!('table' in serve)) continue;
        const known = users.get(serve.table);
        if (known === undefined) users.set(serve.table, [draft]);
        else if (known.at(-1) !== draft) known.push(draft);
      }
    }
    return new Map([...users].map(([table, drafts]) => [table, sameAs(before.get(table), drafts)]));
  }
}

const NOBODY: readonly Draft[] = [];

function sameAs<T>(before: readonly T[] | undefined, now: readonly T[]): readonly T[] {
  if (before?.length !== now.length) return now;
  return now.every((item, index) => item === before[index]) ? before : now;
}
