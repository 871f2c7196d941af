import type { Clock } from '@ombre/carry';
import type { Store } from '../store/store.ts';
import type { Tenure } from './performing.ts';

/** The lease of an environment's controller, as one process takes, keeps and loses it. */
export interface KeptLease {
  /** Takes it when it is free, renews it when that is due. `anew`: from here on, but not from the call before to this one. */
  keep(): Promise<'held' | 'anew' | 'elsewhere'>;
  /** Undefined while it is elsewhere. */
  readonly tenure: Tenure | undefined;
  /** Undefined from the moment on when another process may have taken over. */
  readonly fence: Tenure['fence'] | undefined;
  /** Somebody else may have it: the next `keep` asks the store. */
  doubt(): void;
  /** Somebody else has it. */
  lose(why: string): void;
  /** Gives it up. */
  release(): Promise<void>;
}

export interface KeptLeaseParts {
  readonly store: Pick<Store, 'lease' | 'release'>;
  readonly name: string;
  readonly holder: string;
  readonly clock: Clock;
  readonly lost: (why: string) => void;
}

/** Milliseconds it runs after its last renewal, and after which it is renewed. */
const LENGTH = 5_000;
export const RENEW = 1_000;

export function keepLease({ store, name, holder, clock, lost }: KeptLeaseParts): KeptLease {
  let held: { readonly token: number; readonly ending: AbortController } | undefined;
  let renewed = Number.NEGATIVE_INFINITY;

  function end(): boolean {
    const was = held;
    held = undefined;
    was?.ending.abort();
    return was !== undefined;
  }

  function lose(why: string): void {
    if (end()) lost(why);
  }

  return {
    async keep() {
      const now = clock.monotonic();
      if (held !== undefined && now - renewed < RENEW) return 'held';
      const given = await store.lease(name, holder, LENGTH);
      if (given === undefined) {
        lose('another process took over');
        return 'elsewhere';
      }
      renewed = now;
      if (given.token === held?.token) return 'held';
      lose('the lease had run out');
      held = { token: given.token, ending: new AbortController() };
      return 'anew';
    },
    get tenure() {
      return held && { fence: { lease: name, token: held.token }, signal: held.ending.signal };
    },
    get fence() {
      if (held === undefined || clock.monotonic() - renewed >= LENGTH) return undefined;
      return { lease: name, token: held.token };
    },
    doubt() {
      renewed = Number.NEGATIVE_INFINITY;
    },
    lose,
    async release() {
      if (end()) await store.release(name, holder).catch(() => {});
    },
  };
}
