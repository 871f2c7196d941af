import type { Clock } from '@ombre/carry';
import type { Effect } from '@ombre/release';
import type { Effects } from '../effects/effect.ts';
import type { Log } from '../http/log.ts';
import { createLanes } from '../lanes.ts';
import type { OpenEffect } from '../store/progress/progress-store.ts';
import type { Followed, Waiting } from './followed.ts';
import { type OwnParts, performOwn } from './own-effects.ts';
import { createTurnstile } from './turnstile.ts';

/** The right to control, from taking the lease to losing it. */
export interface Tenure {
  readonly fence: { readonly lease: string; readonly token: number };
  /** Aborted when it is lost or given up. */
  readonly signal: AbortSignal;
}

export interface PerformingParts extends Pick<OwnParts, 'environment' | 'commands' | 'views'> {
  /** What reaches outside; a kind that is absent answers `unknown` (notifications: are only logged). */
  readonly effects: Partial<Effects>;
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined while this process does not control. */
  readonly tenure: () => Tenure | undefined;
  /** A write was fenced off: somebody else controls. */
  readonly fenced: () => void;
  /** Something waits for a release. */
  readonly wake: () => void;
  readonly performed: (kind: Effect['kind'], result: 'done' | 'failed' | 'unknown') => void;
}

/** An own effect that the store could not carry out, and one it refused, is answered after so long, in ms. */
const AGAIN = { first: 500, longest: 30_000 };

/**
 * Performs effects that are written down, and leaves each result with its release. A release's own effects are performed one after the other,
 * every other one by itself.
 */
export function createPerforming(parts: PerformingParts): (one: Followed, open: OpenEffect) => void {
  const { environment, clock, log, performed } = parts;
  let inOrder = createLanes();
  let tenure: AbortSignal | undefined;
  /** Changes of one environment are made one after the other anyhow: who goes back need not wait for a thousand who climb. */
  const turnstile = createTurnstile();

  async function outcomeOf(
    one: Followed,
    key: string,
    effect: Effect,
    signal: AbortSignal,
  ): Promise<Waiting | undefined> {
    if (effect.kind === 'place' || effect.kind === 'land' || effect.kind === 'delete') {
      return ownOutcome(one, key, effect, signal);
    }
    const performer = parts.effects[effect.kind];
    const context = { environment, release: one.release, spec: one.spec, state: one.state };
    const { result, detail } =
      performer === undefined
        ? effect.kind === 'notify'
          ? { result: 'done' as const, detail: undefined }
          : { result: 'unknown' as const, detail: `nothing here can perform a ${effect.kind}` }
        : await performer.perform(`${environment}/${key}`, effect as never, signal, context);
    if (effect.kind === 'notify') {
      log.info({ environment, release: one.release, topic: effect.topic }, effect.text);
    }
    performed(effect.kind, result);
    return {
      event: { kind: 'result', key: effect.key, result, ...(detail === undefined ? {} : { detail }) },
      done: key,
      ...(effect.kind === 'notify' && result !== 'done'
        ? { line: { kind: 'effect', text: `Could not tell of "${effect.topic}": ${detail ?? result}` } }
        : {}),
    };
  }

  async function ownOutcome(
    one: Followed,
    key: string,
    effect: Extract<Effect, { readonly kind: 'place' | 'land' | 'delete' }>,
    signal: AbortSignal,
  ): Promise<Waiting | undefined> {
    const { commands, views } = parts;
    for (let wait = AGAIN.first; ; wait = Math.min(2 * wait, AGAIN.longest)) {
      const fence = parts.tenure()?.fence;
      if (fence === undefined || signal.aborted) return undefined;
      const outcome = await turnstile.pass(
        () => one.state.phase === 'rolling-back',
        async () =>
          signal.aborted ? 'lost' : performOwn({ environment, commands, views, fence }, one.release, effect),
      );
      if (outcome === 'lost') {
        parts.fenced();
        return undefined;
      }
      if (outcome !== 'again') {
        performed(effect.kind, outcome.kind === 'placed' ? 'done' : outcome.result);
        // The machine asks again at once for a move that was refused.
        if (outcome.kind === 'result' && outcome.result === 'failed') await pause(AGAIN.first, signal);
        return { event: outcome, done: key };
      }
      performed(effect.kind, 'unknown');
      await pause(wait, signal);
    }
  }

  function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = clock.after(milliseconds, resolve);
      signal.addEventListener('abort', () => {
        stop();
        resolve();
      });
    });
  }

  return (one, { key, effect }) => {
    const signal = parts.tenure()?.signal;
    if (signal === undefined || one.open.has(key)) return;
    // What an earlier tenure left under way has nothing more to say, and holds up nobody.
    if (signal !== tenure) inOrder = createLanes();
    tenure = signal;
    one.open.add(key);
    void inOrder(laneOf(one.release, effect), async () => {
      const waiting = signal.aborted ? undefined : await outcomeOf(one, key, effect, signal);
      if (waiting === undefined || signal.aborted) return;
      one.waiting.push(waiting);
      parts.wake();
    });
  };
}

function laneOf(release: string, { kind, key }: Effect): string {
  return kind === 'place' || kind === 'land' || kind === 'delete' ? `${release} own` : `${release} ${key}`;
}
