import type { Kind, ResourceOf, Rule } from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';

/** Everything that is declared, by kind and name, malformed documents included. */
export class Declarations {
  readonly drafts: readonly Draft[];
  readonly #byKind: Map<Kind, Map<string, Draft>>;
  readonly #names: Map<Kind, readonly string[]>;
  #users: ReadonlyMap<string, readonly Draft[]> | undefined;
  #prerequisites: ReadonlyMap<string, readonly string[]> | undefined;

  /** Lists of the set `before` that are the same here are the same objects. */
  constructor(drafts: readonly Draft[], before?: Declarations) {
    this.drafts = drafts;
    const edited = before && editedDrafts(before.drafts, drafts);
    if (before !== undefined && edited !== undefined) {
      // The same names: what the set before knew of them is taken over, and it is asked no more.
      this.#byKind = before.#byKind;
      this.#names = before.#names;
      for (const [, draft] of edited) this.#byKind.get(draft.kind)?.set(draft.name, draft);
      this.#users = before.#users;
      if (this.#users !== undefined && edited.some((pair) => pair.some(usesTables)))
        this.#users = this.#usersOfAll(this.#users);
      if (!edited.some((pair) => pair.some((draft) => prerequisitesOf(draft).length > 0)))
        this.#prerequisites = before.#prerequisites;
      return;
    }
    this.#byKind = new Map();
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

  count(kind: Kind): number {
    return this.#byKind.get(kind)?.size ?? 0;
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

  /** What the flags that have prerequisites wait for, by their names. Most flags have none. */
  prerequisites(): ReadonlyMap<string, readonly string[]> {
    if (this.#prerequisites === undefined) {
      const found = new Map<string, readonly string[]>();
      for (const draft of this.all('Flag')) {
        const flags = prerequisitesOf(draft);
        if (flags.length > 0) found.set(draft.name, flags);
      }
      this.#prerequisites = found;
    }
    return this.#prerequisites;
  }

  #namesOf(kind: Kind): readonly string[] {
    return [...(this.#byKind.get(kind)?.keys() ?? [])];
  }

  #usersOfAll(before: ReadonlyMap<string, readonly Draft[]>): ReadonlyMap<string, readonly Draft[]> {
    const users = new Map<string, Draft[]>();
    for (const draft of this.all('Flag')) {
      for (const { serve } of rulesOf(draft)) {
        if (!('table' in serve)) continue;
        const known = users.get(serve.table);
        if (known === undefined) users.set(serve.table, [draft]);
        else if (known.at(-1) !== draft) known.push(draft);
      }
    }
    return new Map([...users].map(([table, drafts]) => [table, sameAs(before.get(table), drafts)]));
  }
}

/** The drafts that are other ones than before, where all names stayed in their places; undefined where they did not, or where many changed. */
function editedDrafts(
  before: readonly Draft[],
  now: readonly Draft[],
): readonly (readonly [Draft, Draft])[] | undefined {
  if (before.length !== now.length) return undefined;
  const edited: (readonly [Draft, Draft])[] = [];
  for (let index = 0; index < now.length; index++) {
    const [old, draft] = [before[index], now[index]];
    if (old === draft || old === undefined || draft === undefined) continue;
    if (old.key !== draft.key || edited.length >= MOST_EDITED) return undefined;
    edited.push([old, draft]);
  }
  return edited;
}

const MOST_EDITED = 1_000;

function usesTables(draft: Draft): boolean {
  return draft.kind === 'Flag' && rulesOf(draft).some(({ serve }) => 'table' in serve);
}

function rulesOf(draft: Draft): readonly Rule[] {
  return (draft.resource as ResourceOf<'Flag'> | undefined)?.spec.rules ?? [];
}

function prerequisitesOf({ kind, resource }: Draft): readonly string[] {
  const spec = kind === 'Flag' ? (resource as ResourceOf<'Flag'> | undefined)?.spec : undefined;
  return spec?.prerequisites === undefined ? NONE : spec.prerequisites.map(({ flag }) => flag);
}

const NONE: readonly string[] = [];
const NOBODY: readonly Draft[] = [];

function sameAs<T>(before: readonly T[] | undefined, now: readonly T[]): readonly T[] {
  if (before?.length !== now.length) return now;
  return now.every((item, index) => item === before[index]) ? before : now;
}
