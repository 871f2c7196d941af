/** Ids a part has at most, about: adding one to a list copies a part (below a millisecond), whatever the list's length. */
const PART = 16_384;

/**
 * A set of ids that is cheap to change by copying: several sets, an id's being told by a few of its characters. Membership takes the
 * time of one lookup.
 */
export class IdSet {
  readonly size: number;
  readonly #parts: readonly ReadonlySet<string>[];

  private constructor(parts: readonly ReadonlySet<string>[], size: number) {
    this.#parts = parts;
    this.size = size;
  }

  static of(ids: Iterable<string>, expected = 0): IdSet {
    const steps = IdSet.inSteps([ids], expected);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** The set of all ids of some lists, pausing after each list. */
  static *inSteps(lists: Iterable<Iterable<string>>, expected: number): Generator<undefined, IdSet> {
    let count = 1;
    while (count * PART < expected) count *= 2;
    const parts = Array.from({ length: count }, () => new Set<string>());
    let size = 0;
    for (const ids of lists) {
      for (const id of ids) {
        parts[sample(id) & (count - 1)]?.add(id);
        size += 1;
      }
      yield;
    }
    return new IdSet(parts, size);
  }

  has(id: string): boolean {
    const parts = this.#parts;
    const part = parts.length === 1 ? 0 : sample(id) & (parts.length - 1);
    return (parts[part] as ReadonlySet<string>).has(id);
  }

  /** The set with some ids more and some fewer, pausing after each part that is copied. */
  *with(add: readonly string[], remove: readonly string[]): Generator<undefined, IdSet> {
    const size = this.size + add.length - remove.length;
    if (size > 2 * PART * this.#parts.length) {
      const gone = new Set(remove);
      const lists = [...this.#parts, add].map((ids) => [...ids].filter((id) => !gone.has(id)));
      return yield* IdSet.inSteps(lists, size);
    }
    const parts = [...this.#parts];
    const touched = new Map<number, Set<string>>();
    const partFor = (id: string): Set<string> => {
      const index = sample(id) & (parts.length - 1);
      const part = touched.get(index) ?? new Set(parts[index]);
      touched.set(index, part);
      parts[index] = part;
      return part;
    };
    for (const [id, gone] of [
      ...remove.map((one) => [one, true] as const),
      ...add.map((one) => [one, false] as const),
    ]) {
      const copied = touched.size;
      if (gone) partFor(id).delete(id);
      else partFor(id).add(id);
      if (touched.size > copied) yield;
    }
    return new IdSet(parts, size);
  }
}

/** Tells the part of an id: five of its characters and its length, enough to spread numbers, UUIDs and addresses alike. */
function sample(id: string): number {
  const { length } = id;
  let code = length;
  code = Math.imul(code, 31) + (id.charCodeAt(length >> 2) | 0);
  code = Math.imul(code, 31) + (id.charCodeAt(length >> 1) | 0);
  code = Math.imul(code, 31) + (id.charCodeAt(length - 3) | 0);
  code = Math.imul(code, 31) + (id.charCodeAt(length - 2) | 0);
  code = Math.imul(code, 31) + (id.charCodeAt(length - 1) | 0);
  return code ^ (code >>> 15);
}
