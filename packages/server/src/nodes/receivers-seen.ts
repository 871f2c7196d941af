import type { UnableReceiver } from '@ombre/release';
import type { Activation } from '../store/nodes/node-store.ts';

/** Receivers whose lease holds, as they were at one moment. */
export interface ReceiversSeen {
  /** How many live, and how many of them serve this revision or a later one. */
  at(revision: number): { readonly live: number; readonly activated: number };
  /** Those that said that they cannot decide a flag as it is written. */
  unable(flag: string): readonly UnableReceiver[];
  /** Gateways that are not waited for any more. */
  readonly goneGateways: readonly string[];
}

/** Counts receivers; one that serves another lineage has activated nothing. */
export function seeReceivers({ held, lacking, goneGateways }: Activation, lineage: string): ReceiversSeen {
  const live = held.reduce((sum, { count }) => sum + count, 0);
  const counts = new Map<number, number>();
  for (const row of held) {
    if (row.lineage === lineage) counts.set(row.revision, (counts.get(row.revision) ?? 0) + row.count);
  }
  const descending = [...counts].sort(([a], [b]) => b - a);
  return {
    at: (revision) => {
      let activated = 0;
      for (const [served, count] of descending) {
        if (served < revision) break;
        activated += count;
      }
      return { live, activated };
    },
    unable: (flag) =>
      lacking.flatMap(({ receiver, unsupported = [] }) =>
        unsupported.filter((one) => one.flag === flag).map(({ detail }) => ({ receiver, detail })),
      ),
    goneGateways,
  };
}
