import {
  type Advanced,
  advanceSnapshot,
  decodeEntries,
  diffSnapshots,
  type Encoded,
  type Entry,
  patchSnapshot,
} from '@ombre/decide';
import type { Override } from '@ombre/decide/model';
import type { Stage } from '../receiver/stage.ts';
import { sha256 } from '../sha256.ts';
import type { Kill } from './kill-order.ts';

/**
 * The stage's snapshot with kills laid over it, as the control plane would have laid them; the stage itself, which deltas start from, stays
 * as it is. `changed` names the flags that answer otherwise for it.
 */
export function layKills(stage: Stage, kills: readonly Kill[]): Advanced {
  if (kills.length === 0) return { snapshot: stage.snapshot, changed: [] };
  const put = kills.map(({ flag, expires }): Entry => {
    const body: Override = { ...overrideOf(stage.encoded, flag), kill: { until: expires } };
    return { kind: 'Override', name: flag, body: body as unknown as Entry['body'] };
  });
  const encoded = patchSnapshot(stage.encoded, put, [], sha256);
  const head = { ...stage.head, revision: stage.head.revision + 1, digest: encoded.digest };
  return advanceSnapshot(stage.snapshot, encoded, diffSnapshots(stage.encoded, stage.head, encoded, head));
}

/** Whether the snapshot itself kills the flag for at least as long: then the control plane has taken over, and its word counts. */
export function isCovered(stage: Stage, { flag, expires }: Kill): boolean {
  const kill = overrideOf(stage.encoded, flag)?.kill;
  return kill !== undefined && (kill.until === undefined || kill.until >= expires);
}

function overrideOf(encoded: Encoded, flag: string): Override | undefined {
  // An entry lives in the chunk its key hashes to, so that one chunk is read and not all.
  const id = sha256(`Override/${flag}`).slice(0, 2);
  const chunk = encoded.chunks.get(id);
  if (chunk === undefined || !chunk.includes(`Override/${flag}\t`)) return undefined;
  const entries = decodeEntries({ ...encoded, chunks: new Map([[id, chunk]]) });
  const found = entries.find(({ kind, name }) => kind === 'Override' && name === flag);
  return found?.body as Override | undefined;
}
