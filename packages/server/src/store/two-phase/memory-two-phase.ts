import { revisionOf, type TwoPhaseRow, type TwoPhaseStore } from './two-phase-store.ts';

export interface MemoryTwoPhase extends TwoPhaseStore {
  /** Writes within a transaction of the store, which has checked the fence. */
  put(environment: string, row: TwoPhaseRow): void;
}

/** Records that are forgotten with the process. `holds` tells whether a lease is held with a token now. */
export function memoryTwoPhase(holds: (lease: string, token: number) => boolean): MemoryTwoPhase {
  const environments = new Map<string, Map<string, TwoPhaseRow>>();
  const of = (environment: string): Map<string, TwoPhaseRow> => {
    const rows = environments.get(environment) ?? new Map<string, TwoPhaseRow>();
    environments.set(environment, rows);
    return rows;
  };
  const put = (environment: string, row: TwoPhaseRow): void => {
    of(environment).set(row.change.id, structuredClone(row));
  };
  return {
    put,
    last: async (environment) => structuredClone([...of(environment).values()].at(-1)),
    find: async (environment, id) => structuredClone(of(environment).get(id)),
    floor: async (environment, lineage) =>
      [...of(environment).values()]
        .filter((row) => row.lineage === lineage)
        .reduce((floor, { change }) => Math.max(floor, revisionOf(change) ?? 0), 0),
    write: async (environment, row, { lease, token }) => {
      if (!holds(lease, token)) return { ok: false, code: 'FENCED' };
      put(environment, row);
      return { ok: true };
    },
  };
}
