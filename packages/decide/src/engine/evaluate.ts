import type { Outcome } from '../outcome.ts';
import { compiled } from './advance.ts';
import { BoundContext, type Context } from './bound.ts';
import type { CompiledSnapshot } from './compiled-snapshot.ts';
import type { FlagCell } from './flag-cell.ts';
import { failedOutcome } from './outcomes.ts';
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

/** A flag looked up once for each snapshot, not for each question: what a typed flag holds on to. */
export function flagReader(flag: string): (bound: Bound) => Outcome {
  let snapshot: CompiledSnapshot | undefined;
  let settled: FlagCell['decide'] | undefined;
  return (bound) => {
    const context = bound as BoundContext;
    try {
      if (context.snapshot === snapshot && settled !== undefined) return settled(context);
      snapshot = context.snapshot;
      const cell = snapshot.flagCells.get(flag);
      settled = cell?.isSettled === true ? cell.decide : undefined;
      return cell === undefined ? failedOutcome(flag, 'FLAG_NOT_FOUND') : cell.decide(context);
    } catch {
      return failedOutcome(flag, 'FLAG_BROKEN');
    }
  };
}
