import type { TwoPhaseChange } from '@ombre/protocol';
import { StoreError } from '../store/store.ts';
import type { Fence, TwoPhaseRow, TwoPhaseStore } from '../store/two-phase/two-phase-store.ts';
import type { Staging } from './staging.ts';

/** What became of a record that was to be written. */
export type Written =
  | 'written'
  /** Another change took its revision: it is not decided, and goes on. */
  | 'moved'
  /** Another process coordinates. */
  | 'fenced'
  /** It cannot be any more. */
  | { readonly withdrawn: string }
  /** Nobody knows whether it was written. */
  | { readonly lost: string };

/** Writes the record after a step. Whether a change is decided depends on what it is written with: its own revision, in one transaction. */
export async function writeRecord(
  {
    store,
    staging,
  }: { readonly store: Pick<TwoPhaseStore, 'write'>; readonly staging: Pick<Staging, 'decide'> },
  environment: string,
  was: TwoPhaseChange | undefined,
  next: TwoPhaseRow,
  fence: Fence,
): Promise<Written> {
  try {
    if (!isDecision(was, next.change)) {
      const { ok } = await store.write(environment, next, fence);
      return ok ? 'written' : 'fenced';
    }
    const result = await staging.decide(environment, next, fence);
    if (result.ok) return 'written';
    const { code, message } = { message: '', ...result };
    if (code === 'MOVED') return 'moved';
    const unknown = code === 'FENCED' || code === 'UNAVAILABLE' || code === 'STORE_FULL';
    return unknown ? { lost: message } : { withdrawn: message };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { lost: error.message };
  }
}

/** Whether a step decides that the change is made. */
export function isDecision(was: TwoPhaseChange | undefined, { phase }: TwoPhaseChange): boolean {
  return was?.phase === 'preparing' && (phase === 'committing' || phase === 'committed');
}
