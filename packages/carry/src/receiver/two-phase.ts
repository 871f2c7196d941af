import type { Head } from '@ombre/decide';
import {
  beginReceiving,
  isLive,
  type Prepared,
  receive,
  stagedBy,
  TWO_PHASE_SIZE,
  type TwoPhaseReceiverEvent,
  type WireDelta,
} from '@ombre/protocol';
import type { Clock } from '../clock.ts';
import type { Compiled, Staged } from './stage.ts';

/** A receiver's part in two-phase changes, beside its one loop: what is prepared is compiled and kept until it is decided or not. */
export interface TwoPhase {
  /** `size` in characters; more than a delta may have is not staged. */
  prepare(id: string, version: number, delta: WireDelta, size: number): void;
  /** What was compiled for this very version and comes to this digest, and the revision it stands on; undefined: its delta has to do. */
  offer(
    id: string,
    version: number,
    digest: string,
  ): { readonly compiled: Compiled; readonly from: number } | undefined;
  /** What was offered is served now. */
  commit(id: string, version: number, digest: string): void;
  abort(id: string): void;
  /** Something else is served now. */
  serves(head: Head): void;
  /** A lease runs for `lease` milliseconds from `sent`, by the monotonic clock. */
  granted(sent: number, lease: number): void;
  readonly staged: { readonly id: string; readonly version: number } | undefined;
  /** True while a lease holds. */
  readonly live: boolean;
}

/** `stage` compiles beside what is served; `acknowledge` says at once where this receiver stands. */
export function createTwoPhase(parts: {
  readonly clock: Clock;
  readonly stage: (delta: WireDelta) => Promise<Staged>;
  readonly acknowledge: () => void;
}): TwoPhase {
  const { clock } = parts;
  let state = beginReceiving(-1);
  let lineage: string | undefined;
  let told: WireDelta | undefined;
  let compiled: Compiled | undefined;

  function take(event: TwoPhaseReceiverEvent): void {
    const { state: after, effects } = receive(state, event);
    state = after;
    for (const effect of effects) {
      if (effect.type === 'acknowledge') parts.acknowledge();
      else if (effect.type === 'stage') void stage(effect.prepared);
      else compiled = undefined;
    }
  }

  async function stage({ id, version }: Prepared): Promise<void> {
    if (told === undefined) return;
    const delta = told;
    // What cannot be staged, for whatever reason, has no vote; its delta will say why if it is decided.
    const staged = await parts.stage(delta).catch((): undefined => undefined);
    if (delta !== told) return;
    if (staged?.ok !== true) return take({ type: 'unstaged', id, version });
    compiled = staged;
    take({ type: 'staged', id, version });
  }

  return {
    prepare(id, version, delta, size) {
      if (size > TWO_PHASE_SIZE || (lineage !== undefined && delta.head.lineage !== lineage)) return;
      const { stage: before } = state;
      const known =
        before?.id === id && before.version === version && told?.head.digest === delta.head.digest;
      if (!known) told = delta;
      take({ type: 'prepare', id, version, base: delta.from, digest: delta.head.digest });
    },
    offer(id, version, digest) {
      const { effects } = receive(state, { type: 'commit', id, version, digest });
      const activates = effects.some(({ type }) => type === 'activate');
      return activates && compiled !== undefined ? { compiled, from: state.at } : undefined;
    },
    commit: (id, version, digest) => take({ type: 'commit', id, version, digest }),
    abort: (id) => take({ type: 'abort', id }),
    serves(head) {
      if (lineage !== undefined && lineage !== head.lineage) {
        state = { ...beginReceiving(-1), leasedUntil: state.leasedUntil };
        compiled = undefined;
      }
      lineage = head.lineage;
      take({ type: 'serves', revision: head.revision });
    },
    granted: (sent, lease) => take({ type: 'granted', sent, lease }),
    get staged() {
      return stagedBy(state);
    },
    get live() {
      return isLive(state, clock.monotonic());
    },
  };
}
