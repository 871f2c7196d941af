import type { ReceiverView } from '@ombre/protocol';
import type { UnableReceiver } from '@ombre/release';

/** Receivers whose lease holds, as they were at one moment. */
export interface ReceiversSeen {
  /** How many live, and how many of them serve this revision or a later one. */
  at(revision: number): { readonly live: number; readonly activated: number };
  /** Those that said that they cannot decide a flag as it is written. */
  unable(flag: string): readonly UnableReceiver[];
  /** Gateways that are not waited for any more. */
  readonly goneGateways: readonly string[];
}

/** Counts receivers; `own` is the revision this server itself serves over OFREP: it is a receiver too. */
export function seeReceivers(rows: readonly ReceiverView[], lineage: string, own: number): ReceiversSeen {
  const held = rows.filter(({ lease }) => lease === 'held');
  const revisions = [
    own,
    ...held.filter((row) => row.lineage === lineage).map(({ revision }) => revision),
  ].sort((a, b) => a - b);
  return {
    at: (revision) => ({
      live: held.length + 1,
      activated: revisions.length - firstFrom(revisions, revision),
    }),
    unable: (flag) =>
      held.flatMap(({ receiver, unsupported }) =>
        unsupported.filter((one) => one.flag === flag).map(({ detail }) => ({ receiver, detail })),
      ),
    goneGateways: rows
      .filter((row) => row.class === 'gateway' && row.lease === 'expired')
      .map(({ receiver }) => receiver),
  };
}

/** Index of the first entry not below a value; entries ascend. */
function firstFrom(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
