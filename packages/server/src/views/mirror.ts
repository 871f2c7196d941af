import { inSlices } from '@ombre/carry';
import {
  type Delta,
  diffInSteps,
  type Encoded,
  encodeSnapshot,
  type Head,
  patchInSteps,
} from '@ombre/decide';
import { type OneAfterAnother, oneAfterAnother } from '../one-after-another.ts';
import { headed, write } from '../store/advance.ts';
import type { EnvironmentState, Write } from '../store/row.ts';
import { sha256 } from '../store/sha256.ts';
import { type LoggedChange, type Store, StoreError } from '../store/store.ts';
import { changedEntries, effectiveEntries } from './effective-entries.ts';
import { type Recent, recentSnapshots } from './recent-snapshots.ts';

export type HeadListener = (head: Head, delta: Delta | 'resync') => void;

/** Changes of more resources than this are told as a resync. */
const MOST_WRITES = 1_000;

/** Where some writes bring an environment. */
export interface Preview {
  readonly state: EnvironmentState;
  readonly encoded: Encoded;
}

/** How many changes are fetched at once when others have written. */
const PAGE = 200;

/**
 * One environment as this process knows it: rows, snapshot bytes and recent snapshots, kept up with the log. Reads answer from here at
 * the revision reached; writes and catching up take turns through `exclusively`.
 */
export class Mirror {
  readonly environment: string;
  readonly #store: Store;
  readonly #recent: Recent;
  readonly #listeners = new Set<HeadListener>();
  #state: EnvironmentState;
  #encoded: Encoded;
  readonly #turns: OneAfterAnother = oneAfterAnother();
  #waking: Promise<void> | undefined;
  #fault: StoreError | undefined;

  private constructor(store: Store, state: EnvironmentState) {
    this.environment = state.head.environment;
    this.#store = store;
    this.#state = state;
    this.#encoded = encodeSnapshot(effectiveEntries(state), sha256);
    this.#recent = recentSnapshots();
    this.#recent.add(state.head, this.#encoded);
  }

  /** Reads the whole environment; undefined where there is none. */
  static async open(store: Store, environment: string): Promise<Mirror | undefined> {
    const state = await store.load(environment);
    return state === undefined ? undefined : new Mirror(store, state);
  }

  get state(): EnvironmentState {
    return this.#state;
  }

  /** Bytes of the rows. Their digest is the head's, unless another version of Ombre encoded it: see {@link agrees}. */
  get encoded(): Encoded {
    return this.#encoded;
  }

  /** Whether this code writes the rows to the bytes the head names. */
  get agrees(): boolean {
    return this.#encoded.digest === this.#state.head.digest;
  }

  /** Runs work after all earlier work on this environment, so that what it reads stays true until it writes. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(work);
  }

  /** Rows and bytes as they would be after some writes, in slices. */
  *preview(writes: readonly Write[]): Generator<undefined, Preview> {
    const state = write(this.#state, writes);
    const { put, remove } = changedEntries(this.#state, state, writes);
    if (put.length === 0 && remove.length === 0) return { state, encoded: this.#encoded };
    return { state, encoded: yield* patchInSteps(this.#encoded, put, remove, sha256) };
  }

  /** Takes in a committed change that follows the state; `next` where that is known already. Tells the listeners. Only inside {@link exclusively}. */
  async follow({ change, writes }: LoggedChange, next?: Preview): Promise<void> {
    const { state, encoded } = next ?? (await inSlices(this.preview(writes)));
    if (encoded.digest !== change.to) {
      this.#fault = new StoreError(
        'CORRUPT',
        `Revision ${change.revision} of ${this.environment} has other bytes here than where it was written: another version of Ombre writes this database, or its rows were changed by hand. This process keeps serving revision ${this.#state.head.revision}.`,
      );
      throw this.#fault;
    }
    const { head: before } = this.#state;
    const after = headed(state, change);
    const { head } = after;
    const follows = before.lineage === head.lineage && this.#encoded.digest === before.digest;
    // All that follows is told of many writes at once: receivers would fetch them whole, and so they need no delta.
    const delta =
      follows && writes.length <= MOST_WRITES
        ? await inSlices(diffInSteps(this.#encoded, before, encoded, head))
        : 'resync';
    this.#state = after;
    this.#encoded = encoded;
    this.#recent.add(head, encoded);
    this.#tell(head, delta);
  }

  /** Takes in what others have committed since. Only inside {@link exclusively}. */
  async catchUp(): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    for (;;) {
      const changes = await this.#store.after(this.environment, this.#state.head.revision, PAGE);
      for (const logged of changes) {
        if (logged.change.previous !== this.#state.hash) {
          await this.reload();
          return;
        }
        await this.follow(logged);
      }
      if (changes.length < PAGE) return;
    }
  }

  /** Forgets what it knew and reads everything anew: the log beneath this process is not the one it followed. */
  async reload(): Promise<void> {
    const state = await this.#store.load(this.environment);
    if (state === undefined)
      throw new StoreError('CORRUPT', `${this.environment} is gone from the database.`);
    this.#state = state;
    this.#encoded = encodeSnapshot(effectiveEntries(state), sha256);
    this.#recent.clear();
    this.#recent.add(state.head, this.#encoded);
    this.#tell(state.head, 'resync');
  }

  /** Catches up soon; calls while one waits are one. */
  wake(): Promise<void> {
    this.#waking ??= this.exclusively(async () => {
      this.#waking = undefined;
      await this.catchUp();
    });
    return this.#waking;
  }

  delta(lineage: string, from: number): Delta | 'resync' {
    const { head } = this.#state;
    return lineage === head.lineage ? this.#recent.delta(from) : 'resync';
  }

  snapshot(digest: string): { readonly head: Head; readonly encoded: Encoded } | undefined {
    return this.#recent.snapshot(digest);
  }

  subscribe(listener: HeadListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(head: Head, delta: Delta | 'resync'): void {
    for (const listener of this.#listeners) {
      try {
        listener(head, delta);
      } catch {
        // A listener's failure is its own: the change is committed and the others must hear of it.
      }
    }
  }
}
