import type { SignedHead } from '@ombre/decide';
import { formatSyncEvent, type TwoPhaseChange } from '@ombre/protocol';
import type { TwoPhaseStore } from '../store/two-phase/two-phase-store.ts';
import type { Views } from '../views/views.ts';
import type { Staging } from './staging.ts';

export interface FollowerParts {
  readonly environment: string;
  readonly store: Pick<TwoPhaseStore, 'last'>;
  readonly staging: Pick<Staging, 'prepare'>;
  readonly views: Pick<Views, 'head'>;
  readonly tell: (text: string) => void;
}

/** Lets the receivers of this process take part in what another one coordinates: everything to be told stands in the record. */
export interface Follower {
  /** Looks at the record and tells what is new in it. */
  look(): Promise<void>;
  /** What goes out before the delta to this head. */
  before(head: SignedHead): string;
  opening(): string;
  /** The version that this process could serve at once. */
  readonly staged: { readonly id: string; readonly version: number } | undefined;
  forget(): void;
}

export function createFollower(parts: FollowerParts): Follower {
  const { environment, store, staging, views, tell } = parts;
  let known: { readonly change: TwoPhaseChange; readonly text: string; readonly digest: string } | undefined;
  let told: string | undefined;

  return {
    async look() {
      const row = await store.last(environment);
      const head = views.head(environment)?.head;
      if (row === undefined || head === undefined || row.lineage !== head.lineage) {
        known = undefined;
        return;
      }
      const { change } = row;
      if (change.phase === 'aborted' && known?.change.id === change.id) {
        tell(formatSyncEvent({ type: 'abort', id: change.id }));
        known = undefined;
      }
      // What was decided is told with its delta, see `before`.
      if (change.phase !== 'preparing') return;
      const version = `${change.id} ${change.version}`;
      if (told === version) return;
      const made = await staging.prepare(environment, change, row.asked);
      // Where it is prepared on a head that this process has not reached, or has left, there is another look.
      if (!made.ok) return;
      told = version;
      known = { change, text: made.text, digest: made.digest };
      tell(made.text);
    },
    before(signed) {
      const { revision, digest } = signed.head;
      if (known?.digest !== digest || revision !== known.change.base + 1) return '';
      const { id, version } = known.change;
      return formatSyncEvent({ type: 'commit', id, version, head: signed });
    },
    opening() {
      const at = views.head(environment)?.head.revision;
      return known !== undefined && known.change.base === at ? known.text : '';
    },
    get staged() {
      const at = views.head(environment)?.head.revision;
      return known !== undefined && known.change.base === at
        ? { id: known.change.id, version: known.change.version }
        : undefined;
    },
    forget() {
      known = undefined;
      told = undefined;
    },
  };
}
