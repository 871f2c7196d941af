import type { TwoPhaseChange, TwoPhaseView } from '@ombre/protocol';
import type { ApplyInput } from '../commands/commands.ts';
import type { Plan } from '../commands/plan.ts';
import type { Refusal } from './staging.ts';

/** What is asked for. */
export interface TwoPhaseInput extends ApplyInput {
  /** Chosen by who asks. */
  readonly id: string;
  /** Milliseconds that receivers have to stage it. */
  readonly deadline?: number;
}

/** What becomes of it at once. */
export type Begun =
  | {
      readonly ok: true;
      readonly plan: Plan;
      readonly members: readonly string[];
      /** Undefined of a dry run, and where nothing is to change. */
      readonly change: TwoPhaseView | undefined;
    }
  | Refusal
  | {
      readonly ok: false;
      readonly code: 'TWO_PHASE_BUSY' | 'TWO_PHASE_EARLY' | 'UNAVAILABLE';
      readonly message: string;
      /** Milliseconds. */
      readonly retryAfter?: number;
    };

/** Of a change that was asked for before. */
export const NO_PLAN: Plan = { ok: true, writes: [], names: [], diff: [], issues: [], kept: [], facts: {} };

/** Whoever coordinates is elsewhere, or nobody does. */
export function notHere(): Begun {
  return {
    ok: false,
    code: 'UNAVAILABLE',
    message:
      'This process does not coordinate two-phase changes at the moment. Nothing was begun; ask again.',
    retryAfter: 1_000,
  };
}

/** There is one at a time. */
export function busy({ id, phase }: TwoPhaseChange): Begun {
  return {
    ok: false,
    code: 'TWO_PHASE_BUSY',
    message: `Two-phase change ${id} is ${phase}; there is one at a time. Nothing was begun.`,
  };
}

/** `retryAfter` in milliseconds. */
export function early(retryAfter: number): Begun {
  const seconds = Math.ceil(retryAfter / 1000);
  return {
    ok: false,
    code: 'TWO_PHASE_EARLY',
    message: `Receivers may hold leases from before this control plane began, for ${seconds} s more at most. Nothing was begun; ask again then.`,
    retryAfter,
  };
}
