import { type CelType, formatType } from './type.ts';

/** What type parameters turned out to be, while one expression is checked. */
export class Bindings {
  readonly #bound = new Map<string, CelType>();
  /** The names of `#bound` in the order they were bound, so that a trial can be taken back. */
  readonly #trail: string[] = [];
  #count = 0;

  /** A type parameter of its own, which the rest of the expression decides. */
  fresh(): CelType {
    return { kind: 'param', name: `_${++this.#count}` };
  }

  /** Types with their parameters replaced by fresh ones, the same by the same. */
  instantiate(types: readonly CelType[]): CelType[] {
    const names = new Map<string, CelType>();
    return types.map((type) =>
      mapParams(type, (name) => {
        const known = names.get(name) ?? this.fresh();
        names.set(name, known);
        return known;
      }),
    );
  }

  /** The type as far as it is known. */
  resolve(type: CelType): CelType {
    return mapParams(type, (name) => {
      const bound = this.#bound.get(name);
      return bound === undefined ? { kind: 'param', name } : this.resolve(bound);
    });
  }

  /** The type where what nothing decided is `dyn`. */
  close(type: CelType): CelType {
    return mapParams(this.resolve(type), () => ({ kind: 'dyn' }));
  }

  /** The text of the closed type. */
  format(type: CelType): string {
    return formatType(this.close(type));
  }

  /** Makes two types one, binding parameters; `dyn` goes with everything. False leaves the bindings as they were. */
  unify(a: CelType, b: CelType): boolean {
    const before = this.#trail.length;
    return this.#unify(this.resolve(a), this.resolve(b)) || this.#takeBack(before);
  }

  /** The same for lists of types of one length. */
  unifyAll(as: readonly CelType[], bs: readonly CelType[]): boolean {
    const before = this.#trail.length;
    return (
      (as.length === bs.length && as.every((a, i) => this.unify(a, bs[i] ?? a))) || this.#takeBack(before)
    );
  }

  #takeBack(before: number): false {
    for (const name of this.#trail.splice(before)) this.#bound.delete(name);
    return false;
  }

  /** The type of something that is `a` or `b`; undefined if they have nothing in common. */
  join(a: CelType, b: CelType): CelType | undefined {
    if (!this.unify(a, b)) return undefined;
    return general(this.resolve(a), this.resolve(b));
  }

  #unify(a: CelType, b: CelType): boolean {
    if (a.kind === 'param') return (b.kind === 'param' && b.name === a.name) || this.#bind(a.name, b);
    if (b.kind === 'param') return this.#bind(b.name, a);
    if (a.kind === 'dyn' || b.kind === 'dyn') return true;
    if (a.kind === 'list') return b.kind === 'list' && this.unify(a.element, b.element);
    if (a.kind === 'optional') return b.kind === 'optional' && this.unify(a.value, b.value);
    if (a.kind === 'map') return b.kind === 'map' && this.unify(a.key, b.key) && this.unify(a.value, b.value);
    return a.kind === b.kind;
  }

  #bind(name: string, type: CelType): boolean {
    let occurs = false;
    mapParams(type, (inner) => {
      occurs ||= inner === name;
      return type;
    });
    if (occurs) return false;
    this.#bound.set(name, type);
    this.#trail.push(name);
    return true;
  }
}

function mapParams(type: CelType, replace: (name: string) => CelType): CelType {
  switch (type.kind) {
    case 'param':
      return replace(type.name);
    case 'list':
      return { kind: 'list', element: mapParams(type.element, replace) };
    case 'optional':
      return { kind: 'optional', value: mapParams(type.value, replace) };
    case 'map':
      return { kind: 'map', key: mapParams(type.key, replace), value: mapParams(type.value, replace) };
    default:
      return type;
  }
}

function general(a: CelType, b: CelType): CelType {
  if (a.kind === 'dyn' || b.kind === 'dyn') return { kind: 'dyn' };
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', element: general(a.element, b.element) };
  if (a.kind === 'optional' && b.kind === 'optional')
    return { kind: 'optional', value: general(a.value, b.value) };
  if (a.kind === 'map' && b.kind === 'map') {
    return { kind: 'map', key: general(a.key, b.key), value: general(a.value, b.value) };
  }
  return a;
}
