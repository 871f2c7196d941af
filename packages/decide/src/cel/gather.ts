import { addEntry, notBool } from './access.ts';
import type { Comprehension } from './ir.ts';
import { type CanonicalKey, CelError, CelMap, type CelValue } from './value.ts';

/** How a macro makes its result of its rounds. */
export interface Gatherer {
  /** Takes a round: what the predicate said, what the transform made (undefined if there was none), the key. An answer ends the macro. */
  add(
    holds: CelValue | CelError,
    outcome: CelValue | CelError | undefined,
    key: CelValue,
  ): CelValue | CelError | undefined;
  end(): CelValue | CelError;
}

function quantifier(decisive: boolean): () => Gatherer {
  return () => {
    let error: CelError | undefined;
    return {
      add(holds) {
        if (holds === decisive) return decisive;
        if (holds !== !decisive) error ??= notBool(holds);
        return undefined;
      },
      end: () => error ?? !decisive,
    };
  };
}

function mapGatherer(
  add: (
    entries: Map<CanonicalKey, readonly [CelValue, CelValue]>,
    key: CelValue,
    made: CelValue,
  ) => CelError | undefined,
): () => Gatherer {
  return () => {
    const entries = new Map<CanonicalKey, readonly [CelValue, CelValue]>();
    return {
      add(holds, outcome, key) {
        if (typeof holds !== 'boolean') return notBool(holds);
        if (outcome instanceof CelError) return outcome;
        return outcome === undefined ? undefined : add(entries, key, outcome);
      },
      end: () => new CelMap(entries),
    };
  };
}

/** A gatherer for each kind of macro; quantifiers absorb errors as `&&` and `||` do, the others do not. */
export const gatherers: Readonly<Record<Comprehension['makes'], () => Gatherer>> = {
  all: quantifier(false),
  exists: quantifier(true),
  existsOne: () => {
    let count = 0;
    return {
      add(holds) {
        if (typeof holds !== 'boolean') return notBool(holds);
        if (holds) count++;
        return undefined;
      },
      end: () => count === 1,
    };
  },
  list: () => {
    const items: CelValue[] = [];
    return {
      add(holds, outcome) {
        if (typeof holds !== 'boolean') return notBool(holds);
        if (outcome instanceof CelError) return outcome;
        if (outcome !== undefined) items.push(outcome);
        return undefined;
      },
      end: () => items,
    };
  },
  map: mapGatherer(addEntry),
  entries: mapGatherer((entries, _, made) => {
    if (!(made instanceof CelMap)) return new CelError('no_such_overload', 'transformMapEntry() makes maps');
    for (const [key, value] of made.entries()) {
      const wrong = addEntry(entries, key, value);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }),
};
