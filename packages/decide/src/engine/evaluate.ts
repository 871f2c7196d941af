import type { Outcome } from '../outcome.ts';
import { compiled } from './advance.ts';
import { BoundContext, type Context } from './bound.ts';
import { failedOutcome } from './outcomes.ts';
import type { Numbering } from './roster.ts';
import type { Snapshot } from './snapshot.ts';

/** One context on one snapshot at one instant: what a request decides with. Attributes are read when first needed, and once. */
export interface Bound {
  readonly snapshot: Snapshot;
  readonly context: Context;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Binds a context. Never throws, whatever the context holds. */
export function bind(snapshot: Snapshot, context: Context, now: number): Bound {
  return new BoundContext(compiled(snapshot), context, now);
}

/** The flag's answer. Never throws and, once the flag is compiled, allocates nothing: the outcome is shared and frozen. */
export function evaluate(bound: Bound, flag: string): Outcome {
  const context = bound as BoundContext;
  const cell = context.snapshot.flagCells.get(flag);
  if (cell === undefined) return failedOutcome(flag, 'FLAG_NOT_FOUND');
  try {
    return cell.decide(context);
  } catch {
    // Foreign functions may throw, and the caller may stand near the end of the stack.
    return failedOutcome(flag, 'FLAG_BROKEN');
  }
}

/** A flag looked up once: asks any snapshot, without a search by name as long as the snapshots descend from one another. */
export function flagReader(flag: string): (bound: Bound) => Outcome {
  let numbering: Numbering | undefined;
  let number = 0;
  return (bound) => {
    const context = bound as BoundContext;
    const { flagCells } = context.snapshot;
    if (flagCells.numbering !== numbering) {
      const found = flagCells.numbering.numbers.get(flag);
      if (found === undefined) return failedOutcome(flag, 'FLAG_NOT_FOUND');
      numbering = flagCells.numbering;
      number = found;
    }
    const cell = flagCells.items[number];
    if (cell === undefined) return failedOutcome(flag, 'FLAG_NOT_FOUND');
    try {
      return cell.decide(context);
    } catch {
      return failedOutcome(flag, 'FLAG_BROKEN');
    }
  };
}
