/**
 * Numbers for names. Given out once and never taken back, so what is compiled against a number stays right when the thing behind it is
 * exchanged. Shared by all snapshots that descend from one another.
 */
export class Numbering {
  readonly numbers: Map<string, number> = new Map();

  /** The number of a name, given out if it has none. */
  of(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
    }
    return number;
  }
}

/** Things of one kind by number: a dense array that is copied when one changes. */
export class Roster<T> {
  readonly numbering: Numbering;
  readonly items: readonly (T | undefined)[];

  constructor(numbering: Numbering, items: readonly (T | undefined)[] = []) {
    this.numbering = numbering;
    this.items = items;
  }

  get(name: string): T | undefined {
    const number = this.numbering.numbers.get(name);
    return number === undefined ? undefined : this.items[number];
  }

  /** A roster with some things exchanged; undefined takes one away. */
  with(changes: ReadonlyMap<string, T | undefined>): Roster<T> {
    if (changes.size === 0) return this;
    const items = this.items.slice();
    for (const [name, item] of changes) {
      const number = this.numbering.of(name);
      // A hole would slow every read.
      while (items.length <= number) items.push(undefined);
      items[number] = item;
    }
    return new Roster(this.numbering, items);
  }

  /** Names that have a thing, in no order. */
  names(): string[] {
    return [...this.numbering.numbers].flatMap(([name, number]) =>
      this.items[number] === undefined ? [] : [name],
    );
  }
}
