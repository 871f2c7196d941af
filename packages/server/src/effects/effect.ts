import type { ReleaseSpec } from '@ombre/decide/model';
import type { Effect, ReleaseState } from '@ombre/release';

/** What became of an effect; `detail` is for people and holds no secret. */
export type Performed = { readonly result: 'done' | 'failed' | 'unknown'; readonly detail?: string };

/** Whose effect it is; `environment` is `project/environment`. */
export interface EffectContext {
  readonly environment: string;
  readonly release: string;
  readonly spec: ReleaseSpec;
  readonly state: ReleaseState;
}

/**
 * Carries out one effect of a release, at least once; `key` is the idempotency key: the effect's own key after
 * a prefix of the controller's that no other release ever had (`…/saga/17`). Never throws,
 * and answers soon after `signal` says so (`unknown`). A notification may take a minute, the others their own timeout: whoever
 * performs effects in order must not let a move wait for them.
 */
export interface Performer<E> {
  perform(key: string, effect: E, signal: AbortSignal, context: EffectContext): Promise<Performed>;
}

export type EffectOf<K extends Effect['kind']> = Extract<Effect, { readonly kind: K }>;

/** The effects that reach outside; `place`, `land` and `delete` are the controller's own. */
export type OutwardKind = 'notify' | 'gate' | 'probe' | 'saga' | 'consistency';

export type Effects = { readonly [K in OutwardKind]: Performer<EffectOf<K>> };
