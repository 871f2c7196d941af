import type { ReleaseSpec } from '@ombre/decide/model';
import type { Health, HealthState, ReleaseEvent, ReleaseState, Traffic } from '@ombre/release';
import type { ProgressFacts, ProgressLoaded, ProgressRow } from '../store/progress/progress-store.ts';
import type { Origin } from '../store/row.ts';
import { createRates, type Rates } from './rates.ts';

/** An event of a release with what is to be recorded when it has been taken in. */
export interface Waiting {
  readonly event: ReleaseEvent;
  /** Key of the effect whose result it is: never performed again. */
  readonly done?: string;
  /** The command it comes from. */
  readonly command?: string;
  /** A line of history that the machine would not write. */
  readonly line?: { readonly kind: 'command' | 'effect'; readonly text: string };
}

/** One release as its controller follows it. Written only by the controller's turn, except `waiting`, which grows at any time. */
export interface Followed {
  readonly release: string;
  spec: ReleaseSpec;
  origin: Origin;
  /** False when its resource is gone: it is forgotten as soon as nothing is open. */
  present: boolean;
  version: number;
  state: ReleaseState;
  facts: ProgressFacts;
  /** What the guards know; what is worth it is written down with the facts. */
  memory: HealthState | undefined;
  /** Since when this climb is judged here, ms since 1970. */
  judgedSince: number | undefined;
  /** When `from` was last seen to fail so often that an open circuit of `to` is no news about `to`; ms since 1970. */
  failedAlike: number | undefined;
  /** When counters of it came last and were judged at once, on the monotonic clock. */
  counted: number;
  health: Health;
  traffic: Traffic;
  receivers: { readonly live: number; readonly activated: number };
  readonly rates: Rates;
  waiting: Waiting[];
  /** Effects that are being performed, by key. */
  readonly open: Set<string>;
  /** Number of the last line of history. */
  lines: number;
  /** The state moved on since it was last written. */
  unwritten: boolean;
}

export function follow(
  release: string,
  spec: ReleaseSpec,
  origin: Origin,
  begun: Pick<Followed, 'version' | 'state' | 'facts' | 'lines'>,
): Followed {
  return {
    release,
    spec,
    origin,
    present: true,
    version: begun.version,
    state: begun.state,
    facts: begun.facts,
    lines: begun.lines,
    memory: begun.facts.memory,
    judgedSince: undefined,
    failedAlike: undefined,
    counted: Number.NEGATIVE_INFINITY,
    health: begun.facts.health,
    traffic: {},
    receivers: { live: 0, activated: 0 },
    rates: createRates(),
    waiting: [],
    open: new Set(),
    unwritten: false,
  };
}

/**
 * A release as it was written down in the store; `origin` is its resource's, undefined where that is gone. A release that was deleted may be
 * back under its name before everybody was told: then the resource is another's, and this one is followed to its end as absent.
 */
export function followAgain(row: ProgressRow, loaded: ProgressLoaded, origin: Origin | undefined): Followed {
  const { release, facts, state } = row;
  const deletes = loaded.open.some((open) => open.release === release && open.effect.kind === 'delete');
  const another = state.phase === 'rolled-back' && state.afterRollback === 'delete' && !deletes;
  const one = follow(release, facts.spec, origin ?? 'api', { ...row, lines: loaded.lines[release] ?? 0 });
  one.present = origin !== undefined && !another;
  return one;
}
