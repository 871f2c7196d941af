import type { CompileOptions } from '@ombre/decide';
import type { Problem } from '../problem.ts';
import type { Served } from './served.ts';
import { type Compiled, stageDelta, stageFull } from './stage.ts';
import type { Effect } from './state.ts';
import type { TwoPhase } from './two-phase.ts';

/** What is compiled beside what serves, until it is swapped in. */
export interface Staging {
  /** Compiles; answers why it cannot, or undefined where it is ready. */
  stage(effect: Extract<Effect, { type: 'stage' }>): Promise<Problem | undefined>;
  /** Keeps ready what was compiled for this two-phase change and comes to this digest; answers the revision it stands on, or undefined: its delta, which comes next, has to do. */
  decide(id: string, version: number, digest: string): number | undefined;
  /** Swaps in what was staged; `prepared`: what was decided. */
  activate(prepared: boolean): void;
}

export function createStaging(
  served: Served,
  twoPhase: TwoPhase,
  options: CompileOptions,
  signal: AbortSignal,
): Staging {
  let beside: Compiled | undefined;
  /** What a two-phase change has decided, between its word and its swap. */
  let decided: { readonly id: string; readonly version: number; readonly compiled: Compiled } | undefined;

  return {
    async stage(effect) {
      const { head } = effect.target.announced.signed;
      const staged =
        effect.by === 'delta'
          ? await stageDelta(effect.delta, served.stage, signal)
          : await stageFull(head, effect.encoded, served.stage, options, signal);
      if (!staged.ok) return staged.problem;
      beside = staged;
      return undefined;
    },
    decide(id, version, digest) {
      const offer = twoPhase.offer(id, version, digest);
      if (offer !== undefined) decided = { id, version, compiled: offer.compiled };
      return offer?.from;
    },
    activate(prepared) {
      const next = prepared ? decided?.compiled : beside;
      if (next === undefined) throw new Error('nothing is staged');
      const { stage, changed } = next;
      beside = undefined;
      served.swap(stage, changed);
      if (prepared && decided !== undefined) twoPhase.commit(decided.id, decided.version, stage.head.digest);
      else twoPhase.serves(stage.head);
      decided = undefined;
    },
  };
}
