import { advance } from './advance.ts';
import { memoryNodes } from './nodes/memory-nodes.ts';
import type { NodeStore } from './nodes/node-store.ts';
import { memoryProgress } from './progress/memory-progress.ts';
import type { ProgressStore } from './progress/progress-store.ts';
import type { EnvironmentState, Write } from './row.ts';
import type { Append, Appended, Beginning, Lease, LoggedChange, Standing, Store } from './store.ts';
import { memoryTwoPhase } from './two-phase/memory-two-phase.ts';
import type { TwoPhaseStore } from './two-phase/two-phase-store.ts';

interface Log {
  state: EnvironmentState;
  readonly changes: LoggedChange[];
  readonly standing: Map<string, Standing>;
}

/** Everything that a store of any kind keeps. */
type WholeStore = Store & {
  readonly progress: ProgressStore;
  readonly nodes: NodeStore;
  readonly twoPhase: TwoPhaseStore;
};

/** A store that forgets everything with the process: for tests and trials. `now` is the database's clock, in ms. */
export function openMemoryStore(now: () => number): WholeStore {
  const logs = new Map<string, Log>();
  const leases = new Map<string, Lease & { readonly holder: string }>();
  const listeners = new Set<(environment: string) => void>();

  const holds = (name: string, token: number): boolean => {
    const lease = leases.get(name);
    return lease?.token === token && lease.expires > now();
  };
  const records = memoryTwoPhase(holds);

  return {
    progress: memoryProgress(holds),
    twoPhase: records,

    nodes: memoryNodes(now, (name) => {
      const lease = leases.get(name);
      return lease !== undefined && lease.expires > now() ? lease.holder : undefined;
    }),

    environments: async () => [...logs.keys()].toSorted(),

    begin: async ({ change, breakGlass }: Beginning) => {
      const { environment } = change;
      if (logs.has(environment)) return false;
      logs.set(environment, {
        state: advance(emptyState(environment, breakGlass), change, []),
        changes: [{ change, writes: [] }],
        standing: new Map(),
      });
      return true;
    },

    load: async (environment) => logs.get(environment)?.state,

    append: async ({ change, writes, fence, twoPhase }: Append): Promise<Appended> => {
      const log = logs.get(change.environment);
      const head = log?.state;
      if (log === undefined || head?.hash !== change.previous || head.head.revision + 1 !== change.revision) {
        return { ok: false, code: 'MOVED' };
      }
      if (fence !== undefined && !holds(fence.lease, fence.token)) return { ok: false, code: 'FENCED' };
      log.state = advance(log.state, change, writes);
      log.changes.push({ change, writes });
      if (twoPhase !== undefined) records.put(change.environment, twoPhase);
      for (const listener of listeners) listener(change.environment);
      return { ok: true };
    },

    after: async (environment, revision, limit) =>
      (logs.get(environment)?.changes ?? [])
        .filter(({ change }) => change.revision > revision)
        .slice(0, limit),

    before: async (environment, { below = Number.POSITIVE_INFINITY, limit, action }) =>
      (logs.get(environment)?.changes ?? [])
        .map(({ change }) => change)
        .filter((change) => change.revision < below && (action ?? change.action) === change.action)
        .toReversed()
        .slice(0, limit),

    at: async (environment, revision) => {
      const log = logs.get(environment);
      if (log === undefined || revision < 1 || revision > log.state.head.revision) return undefined;
      const rows = new Map<string, Write>();
      for (const { change, writes } of log.changes) {
        if (change.revision > revision) break;
        for (const write of writes) rows.set(`${write.kind} ${write.name}`, write);
      }
      return [...rows.values()].filter(({ row }) => row !== null);
    },

    written: async (environment, kind, name) =>
      (logs.get(environment)?.changes ?? [])
        .filter(({ writes }) => writes.some((write) => write.kind === kind && write.name === name))
        .map(({ change }) => change.revision)
        .toReversed(),

    standing: async (environment) => [...(logs.get(environment)?.standing.values() ?? [])],

    stand: async (environment, standing) => {
      logs.get(environment)?.standing.set(standing.origin, standing);
    },

    lease: async (name, holder, ttl) => {
      const held = leases.get(name);
      const free = held === undefined || held.expires <= now();
      if (!free && held.holder !== holder) return undefined;
      const token = (held?.token ?? 0) + (free || held.holder !== holder ? 1 : 0);
      const lease = { token, expires: now() + ttl };
      leases.set(name, { ...lease, holder });
      return lease;
    },

    release: async (name, holder) => {
      const held = leases.get(name);
      if (held?.holder === holder) leases.set(name, { ...held, expires: 0 });
    },

    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    close: async () => {},
  };
}

/** An environment before its first change. */
export function emptyState(environment: string, breakGlass: string): EnvironmentState {
  return {
    head: { environment, lineage: '', revision: 0, digest: '' },
    hash: '',
    resources: new Map(),
    placements: new Map(),
    overrides: new Map(),
    breakGlass,
  };
}
