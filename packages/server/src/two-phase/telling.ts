import type { SignedHead } from '@ombre/decide';
import { formatSyncEvent, type TwoPhaseChange } from '@ombre/protocol';

/** What receivers hear of the change under way, from the process that coordinates it. */
export interface Telling {
  /** A version they are to stage; those who come later hear it as they come. */
  prepare(change: TwoPhaseChange, text: string): void;
  /** There is no version to stage. */
  unprepare(): void;
  /** From now on its decision may be in the store: its delta takes the word along. Undefined: it was not decided after all, or has ended. */
  decided(change: TwoPhaseChange | undefined): void;
  /** That a change was decided, to those who have its delta already. */
  commit(change: TwoPhaseChange, signed: SignedHead | undefined): void;
  abort(change: TwoPhaseChange): void;
  /** What goes out before the delta to this head: that it was decided. */
  before(signed: SignedHead): string;
  /** What a receiver hears that has just come, while this is the change under way. */
  opening(change: TwoPhaseChange | undefined): string;
}

/** `lineage` is that of the change. */
export function createTelling(tell: (text: string) => void, lineage: () => string): Telling {
  let prepared: { readonly change: TwoPhaseChange; readonly text: string } | undefined;
  let decided: TwoPhaseChange | undefined;

  function before(signed: SignedHead): string {
    const { head: to } = signed;
    if (decided === undefined || to.revision !== decided.base + 1 || to.lineage !== lineage()) return '';
    return formatSyncEvent({ type: 'commit', id: decided.id, version: decided.version, head: signed });
  }

  return {
    prepare(change, text) {
      prepared = { change, text };
      tell(text);
    },
    unprepare() {
      prepared = undefined;
    },
    decided(change) {
      decided = change;
    },
    commit(change, signed) {
      // Where this process decided it, its delta took the word along; after a restart others hear of it here.
      if (signed !== undefined) tell(before(signed));
      decided = change;
    },
    abort: ({ id }) => tell(formatSyncEvent({ type: 'abort', id })),
    before,
    opening: (change) => (prepared !== undefined && prepared.change === change ? prepared.text : ''),
  };
}
